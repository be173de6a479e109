"""Who must never be added again: the lists, how they are read and how they are written."""
