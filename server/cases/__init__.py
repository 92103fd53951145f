"""A case from intake to archive: one main line, and the guards on it."""
