"""Nothing of a question leaves by the side doors of the libraries: no tracing service, no request in a log."""

from __future__ import annotations

import logging
import os

LOGGERS = ("openai", "httpx2", "httpcore2", "langchain_openai", "langsmith")


def hush() -> None:
    """Turn tracing services off, whatever the environment says, and let client libraries log warnings only."""
    os.environ["LANGSMITH_TRACING_V2"] = "false"
    for name in LOGGERS:
        logging.getLogger(name).setLevel(logging.WARNING)
