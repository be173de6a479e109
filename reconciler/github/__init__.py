"""GitHub, as far as a pull request's way needs it: comments, issues, and which pull requests were merged."""
