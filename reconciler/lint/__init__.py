"""What is well-formed and looks odd all the same: a word of warning before a typo becomes a person."""
