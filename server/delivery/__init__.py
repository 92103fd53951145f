"""送达: how each copy reaches its recipient, and the receipt that proves it."""
