"""The little library that generated agents import: public, stable, documented."""
