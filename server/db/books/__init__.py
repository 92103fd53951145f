"""One book per port: the domain's values in, rows out, and back again."""
