"""Request to spec: facts, formula library, mapping to the live schema, questions."""
