"""Kills the server at random while clients write, and looks whether every ticket is whole or absent."""
