"""Files from strangers: looked at as bytes first, decoded only in a limited child process."""
