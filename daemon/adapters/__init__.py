"""One home for each thing of the outside world."""
