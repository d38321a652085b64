"""Chroma and tantivy over the store, both derived from it and rebuilt when they are wrong."""

from assistant.index.health import Health
from assistant.index.index import Index

__all__ = ["Health", "Index"]
