"""Authoritative registers: whether the state knows this person by this name and number.

A register answers match, no match, or not at all; and "not at all" is never a match.
"""
