"""Error rates of the face check, measured by anybody on faces of their own.

Nothing here is part of a check. Files are decoded in the limited child as everywhere; the engines
run in the process that asks, because error rates need the vectors, and the vectors die with it.
"""
