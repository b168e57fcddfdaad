"""The formula language: one parser, one typed tree, and what is compiled from it."""
