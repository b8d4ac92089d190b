"""Operations of User::*, one file each."""
