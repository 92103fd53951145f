"""Who is calling, what they may do, and the proof that it is they."""
