"""One module for each kind of place that keeps private keys."""
