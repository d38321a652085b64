"""Markdown: kept as it is written, since headings and emphasis are read by the cleaning step."""

from __future__ import annotations

from assistant.readers.text import parse

__all__ = ["parse"]

FORMAT = "md"
SUFFIXES = (".md", ".markdown")
