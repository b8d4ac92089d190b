"""The tests, with the parts that they share."""
