"""Settings and the data files of one office."""
