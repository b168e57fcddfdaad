"""Talk to the person: commands, tables, exit codes. The only room that prints."""
