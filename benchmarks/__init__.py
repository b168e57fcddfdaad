"""Speed and memory of a real daemon and of the agents it builds: ``make bench`` prints one table."""
