"""The fifteen tools of the pipeline, one module each, and their registry."""
