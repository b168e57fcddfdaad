"""Findings about specs, generated code and tests. Pure."""
