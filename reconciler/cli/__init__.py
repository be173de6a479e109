"""The command line: one file a command (parse, call, render), and one border for errors."""
