"""Spec to Python, SQL, tests and docs. Pure: the same spec always gives the same files."""
