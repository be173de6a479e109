"""Where a person still stands: in member files, lockfiles, lists, and whatever else lies below a folder."""
