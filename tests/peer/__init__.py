"""Beside the reference: accepted differences, and runs on one database."""
