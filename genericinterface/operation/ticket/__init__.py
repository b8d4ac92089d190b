"""Operations of Ticket::*, one file each."""
