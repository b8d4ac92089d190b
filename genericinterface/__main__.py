"""`python -m genericinterface` is the command `genericinterface`."""

from genericinterface.cli import main

main()
