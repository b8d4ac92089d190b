"""All SQL lives here: tables, queries, initial and demo data."""
