"""The one read model: which rows, in which shape, as seen by whom."""
