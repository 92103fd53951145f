"""Write matrix.csv anew: ``python -m tests.authorization.generate``, then read the diff."""

from __future__ import annotations

from tests.authorization.expected import cells, write

if __name__ == "__main__":
    write(cells())
