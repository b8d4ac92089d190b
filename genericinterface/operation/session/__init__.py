"""Operations of Session::*, one file each."""
