"""What every suite may ask for; a server starts only when somebody does."""

from __future__ import annotations

pytest_plugins = ["tests.servers.fixtures"]
