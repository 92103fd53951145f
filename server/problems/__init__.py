"""From an error in the domain's words to what a caller may be told about it."""
