"""Log lines as JSON, one a line, for machines that collect them.

What is logged is chosen field by field where it is logged; there is no way here
for a body, a query or an exception's message to get in.
"""

from __future__ import annotations

import logging
import sys

import structlog


def configure_json_logs() -> None:
    """Write JSON lines to the standard error of this process; called once at its start."""
    structlog.configure(
        processors=[
            structlog.processors.add_log_level,
            structlog.processors.TimeStamper(fmt="iso", utc=True),
            structlog.processors.JSONRenderer(ensure_ascii=False),
        ],
        wrapper_class=structlog.make_filtering_bound_logger(logging.INFO),
        logger_factory=structlog.PrintLoggerFactory(sys.stderr),
        cache_logger_on_first_use=True,
    )
    # The development server of Werkzeug writes whole request lines, query included.
    logging.getLogger("werkzeug").setLevel(logging.ERROR)
