"""Background work: the same use cases on another edge."""
