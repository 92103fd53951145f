"""Pages that people look at: made here, with nothing fetched from anywhere else."""
