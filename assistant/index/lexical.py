"""BM25 by tantivy; the only file that names tantivy. Tokens come ready made, queries are built and never parsed."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path

import numpy as np
import tantivy

FIELDS = ("grams", "words", "title")
_HEAP = 50_000_000


class LexicalBroken(Exception):
    """Tantivy could not do what it was asked to; the index must be rebuilt."""


class Lexical:
    """One folder of tantivy. Changes are seen after :meth:`commit`. Raises LexicalBroken from every method."""

    def __init__(self, folder: Path):
        with _guard():
            folder.mkdir(mode=0o700, exist_ok=True)
            builder = tantivy.SchemaBuilder()
            builder.add_integer_field("rowid", stored=False, indexed=True, fast=True)
            for field in FIELDS:
                builder.add_text_field(field, stored=False, tokenizer_name="whitespace", index_option="freq")
            self._schema = builder.build()
            self._index = tantivy.Index(self._schema, path=str(folder))
            self._writer = None
            self._searcher = self._index.searcher()

    def add(self, rowid: int, terms: Mapping[str, Iterable[str]]) -> None:
        """Index one passage by its terms of each field."""
        with _guard():
            document = tantivy.Document()
            document.add_integer("rowid", rowid)
            for field in FIELDS:
                document.add_text(field, " ".join(terms.get(field, ())))
            self._writing().add_document(document)

    def delete(self, rowids: Iterable[int]) -> None:
        """Remove passages; ids that are not there are passed over."""
        with _guard():
            writer = self._writing()
            for rowid in rowids:
                writer.delete_documents_by_term("rowid", int(rowid))

    def commit(self) -> None:
        """Make all changes so far durable and visible, and leave no merge running behind."""
        with _guard():
            if self._writer is not None:
                writer, self._writer = self._writer, None
                writer.commit()
                writer.wait_merging_threads()
                self._index.reload()
                self._searcher = self._index.searcher()

    def search(self, field: str, terms: Sequence[tuple[str, float]], k: int,
               within: Sequence[tuple[int, int]] | None = None) -> list[tuple[int, float]]:
        """The ``k`` best passages as (rowid, BM25 score); each term's score is multiplied by its weight.

        ``within`` keeps to ranges of rowids, both ends included.
        """
        weights: dict[str, float] = {}
        for term, weight in terms:
            weights[term] = weights.get(term, 0.0) + weight
        with _guard():
            queries = [(tantivy.Occur.Should, self._term(field, t, w)) for t, w in weights.items() if t and w > 0]
            if not queries or k < 1:
                return []
            query = tantivy.Query.boolean_query(queries)
            if within is not None:
                ranges = [(tantivy.Occur.Should, tantivy.Query.range_query(self._schema, "rowid", tantivy.FieldType.Integer, a, b)) for a, b in within]
                there = tantivy.Query.const_score_query(tantivy.Query.boolean_query(ranges), 0.0)
                query = tantivy.Query.boolean_query([(tantivy.Occur.Must, query), (tantivy.Occur.Must, there)])
            searcher = self._searcher
            hits = searcher.search(query, k, count=False).hits
            rowids = searcher.fast_field_values("rowid", [address for _, address in hits])
            return [(int(r), float(score)) for r, (score, _) in zip(rowids, hits)]

    def holds(self, rowid: int, terms: Mapping[str, Iterable[str]]) -> bool:
        """Whether a passage is found by every one of its terms."""
        with _guard():
            must = [(tantivy.Occur.Must, tantivy.Query.term_query(self._schema, "rowid", rowid))]
            must += [(tantivy.Occur.Must, self._term(f, t, 1)) for f in FIELDS for t in sorted(set(terms.get(f, ())))]
            return bool(self._searcher.search(tantivy.Query.boolean_query(must), 1, count=False).hits)

    def rowids(self) -> np.ndarray:
        """Every id, sorted, int64; one that is there twice comes twice."""
        with _guard():
            searcher = self._searcher
            if not searcher.num_docs:
                return np.empty(0, np.int64)
            hits = searcher.search(tantivy.Query.all_query(), searcher.num_docs, count=False).hits
            return np.sort(np.array(searcher.fast_field_values("rowid", [a for _, a in hits]), np.int64))

    def close(self) -> None:
        """Let go of the folder; what was not committed is forgotten."""
        with _guard():
            if self._writer is not None:
                writer, self._writer = self._writer, None
                writer.rollback()
                writer.wait_merging_threads()

    def _writing(self):
        if self._writer is None:
            self._writer = self._index.writer(heap_size=_HEAP, num_threads=1)
        return self._writer

    def _term(self, field: str, term: str, weight: float):
        query = tantivy.Query.term_query(self._schema, field, term, index_option="freq")
        return query if weight == 1 else tantivy.Query.boost_query(query, weight)


class _guard:
    def __enter__(self) -> None:
        pass

    def __exit__(self, kind, error, trace) -> bool:
        # Panics of the Rust side derive from BaseException.
        if kind is not None and not issubclass(kind, (KeyboardInterrupt, SystemExit, GeneratorExit)):
            raise LexicalBroken(f"{kind.__name__}: {error}") from error
        return False
