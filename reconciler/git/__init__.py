"""Git as a process: reading other states of the files, and publishing the lockfile."""
