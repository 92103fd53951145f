"""Append-only logs that anybody can check: Merkle trees, tiles, signed checkpoints, proofs."""
