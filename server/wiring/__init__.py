"""The composition root: the one package that knows every concrete class and the clock.

``flask --app server.wiring notary ...`` finds the commands here; the web
process is ``server.wiring:web``.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from flask import Flask


def create_app() -> Flask:
    """Return an application that has the commands and serves nothing."""
    from flask import Flask  # noqa: PLC0415  # a command must not load what it does not use

    from server.cli import notary_group  # noqa: PLC0415  # likewise
    from server.wiring.commands import commands  # noqa: PLC0415  # likewise

    app = Flask("server", static_folder=None)
    app.cli.add_command(notary_group(commands()), "notary")
    return app


def web() -> Flask:
    """Return the application of the web process."""
    from server.wiring.web import build  # noqa: PLC0415  # the commands do without HTTP

    return build()
