"""Values and pure decisions. Nothing here knows a disk, a clock, the environment or a network."""
