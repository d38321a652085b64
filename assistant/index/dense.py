"""Nearest neighbours by embedded Chroma; the only file that names chromadb.

Chroma holds nothing but ids and vectors and may break under a kill: it is derived from SQL and rebuilt when a probe
fails. Its Python server and its embedding functions are never used.
"""

from __future__ import annotations

import struct
from collections.abc import Sequence
from pathlib import Path

import numpy as np

NAME = "passages"
BATCH = 5000
EF_SEARCH = 300
"""With Chroma's 100 one passage of 3,000 does not find itself and recall@10 is 0.88 (30,000 articles); with 300 none, 0.97."""


class DenseBroken(Exception):
    """Chroma could not do what it was asked to; the index must be probed or rebuilt."""


class Dense:
    """One folder of Chroma. Raises DenseBroken from every method when Chroma fails."""

    def __init__(self, folder: Path):
        self._folder = folder
        with _guard():
            import chromadb
            from chromadb.config import Settings

            # An .env file in the working folder and stray variables must not steer the client.
            settings = Settings(_env_file=None, anonymized_telemetry=False, chroma_otel_collection_endpoint="",
                                chroma_api_impl="chromadb.api.rust.RustBindingsAPI")
            self._client = chromadb.PersistentClient(str(folder), settings=settings)
            self._collection = self._client.get_or_create_collection(
                NAME, embedding_function=None, configuration={"hnsw": {"space": "cosine", "ef_search": EF_SEARCH}})

    def upsert(self, rowids: Sequence[int], vectors: np.ndarray) -> None:
        """Add or replace; ``vectors`` is float32 of shape (len(rowids), dimension), without zero rows."""
        with _guard():
            for i in range(0, len(rowids), BATCH):
                self._collection.upsert([str(r) for r in rowids[i:i + BATCH]], embeddings=vectors[i:i + BATCH])

    def delete(self, rowids: Sequence[int]) -> None:
        """Remove; ids that are not there are passed over."""
        with _guard():
            for i in range(0, len(rowids), BATCH):
                self._collection.delete([str(r) for r in rowids[i:i + BATCH]])

    def query(self, vectors: np.ndarray, k: int) -> list[list[tuple[int, float]]]:
        """For each row of ``vectors`` its ``k`` nearest as (rowid, cosine similarity), best first."""
        with _guard():
            found = self._collection.query(query_embeddings=np.atleast_2d(vectors), n_results=k, include=["distances"])
            return [[(int(i), 1.0 - d) for i, d in zip(ids, distances)]
                    for ids, distances in zip(found["ids"], found["distances"])]

    def forgets(self, rowids: Sequence[int], vectors: np.ndarray) -> bool:
        """Whether more passages than an approximate search may miss (2 %) do not find themselves by their own vector."""
        missed = 0
        for i in range(0, len(rowids), 100):
            for rowid, near in zip(rowids[i:i + 100], self.query(vectors[i:i + 100], 5)):
                # Of texts that are alike to the letter any one may come first.
                missed += rowid not in [r for r, _ in near] and not (near and near[0][1] > 0.9999)
        return missed > max(1, len(rowids) // 50)

    def rowids(self) -> np.ndarray:
        """Every id, sorted, int64."""
        with _guard():
            return np.sort(np.array([int(i) for i in self._collection.get(include=[])["ids"]], np.int64))

    def vectors(self, rowids: Sequence[int]) -> tuple[np.ndarray, np.ndarray]:
        """(rowids, vectors) as stored, in Chroma's order; missing ones are left out."""
        with _guard():
            got = self._collection.get(ids=[str(int(r)) for r in rowids], include=["embeddings"])
            return np.array([int(i) for i in got["ids"]], np.int64), np.asarray(got["embeddings"], np.float32)

    def written(self) -> bool:
        """Whether the graph's files are as long as its header says: Chroma does not notice a write that found no room."""
        for header in self._folder.glob("*/header.bin"):
            _, _, _, count, size, _, _ = struct.unpack("<i6Q", header.read_bytes()[:52])
            lengths = {name: (header.parent / name).stat().st_size for name in ("data_level0.bin", "length.bin")}
            if lengths["data_level0.bin"] < count * size or lengths["length.bin"] < count * 4:
                return False
            names = header.parent / "index_metadata.pickle"
            if names.exists() and names.read_bytes()[-1:] != b".":
                return False
        return True

    def close(self) -> None:
        """Release the folder, so that it may be renamed or opened by another process."""
        with _guard():
            self._client.close()


class _guard:
    def __enter__(self) -> None:
        pass

    def __exit__(self, kind, error, trace) -> bool:
        # Panics of the Rust side derive from BaseException.
        if kind is not None and not issubclass(kind, (KeyboardInterrupt, SystemExit, GeneratorExit)):
            raise DenseBroken(f"{kind.__name__}: {error}") from error
        return False
