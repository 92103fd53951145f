"""The SQL of the first revision, one aggregate a file."""
