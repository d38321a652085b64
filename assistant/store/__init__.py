"""SQL: the only truth of a home. Documents, provisions, passages, vectors, audit."""

from assistant.store.catalogue import Entry
from assistant.store.rows import Batch, Listed, PassageRow, Put
from assistant.store.store import Store

__all__ = ["Batch", "Entry", "Listed", "PassageRow", "Put", "Store"]
