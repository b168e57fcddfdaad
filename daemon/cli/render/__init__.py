"""How things look on a terminal. Nothing here reads or decides."""
