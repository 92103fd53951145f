"""Is this the person? Documents, faces, and a verdict with every doubt."""
