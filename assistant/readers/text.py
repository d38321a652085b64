"""Plain text."""

from __future__ import annotations

from assistant.readers.encoding import damage, decode
from assistant.readers.extract import Limits, Parsed

FORMAT = "txt"
SUFFIXES = (".txt",)


def parse(data: bytes, limits: Limits) -> Parsed:
    """Decode; front matter stays in the text."""
    text, _ = decode(data)
    return Parsed(text, damage(text))
