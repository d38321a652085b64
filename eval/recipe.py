"""The usual LangChain recipe, as a rival on the same texts with the same embedder; the only file here that names it."""

from __future__ import annotations

import importlib.metadata
import time
import warnings
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

from assistant.embedding import Embedder

PARTS = ("langchain-text-splitters", "langchain-chroma", "langchain-community", "langchain-classic", "rank-bm25")
BATCH = 4000


def versions() -> dict[str, str]:
    """The installed versions of the recipe's parts; a missing one is an empty string."""
    found = {}
    for name in PARTS:
        try:
            found[name] = importlib.metadata.version(name)
        except importlib.metadata.PackageNotFoundError:
            found[name] = ""
    return found


@dataclass
class Recipe:
    """Split 500/50, Chroma and jieba BM25 fused half and half; ``seconds`` says what each step of building took."""

    chunks: int = 0
    seconds: dict[str, float] = field(default_factory=dict)
    _retriever: object = None

    @classmethod
    def build(cls, texts: Sequence[str], embedder: Embedder, folder: Path, k: int = 10) -> Recipe:
        """Ingest whole document texts into ``folder``. Raises ImportError when a part is not installed."""
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", DeprecationWarning)
            import jieba
            from chromadb.config import Settings
            from langchain_chroma import Chroma
            from langchain_classic.retrievers import EnsembleRetriever
            from langchain_community.retrievers import BM25Retriever
            from langchain_core.embeddings import Embeddings
            from langchain_text_splitters import RecursiveCharacterTextSplitter

        class Wrapped(Embeddings):
            def embed_documents(self, texts: list[str]) -> list[list[float]]:
                return embedder.encode(texts).tolist()

            def embed_query(self, text: str) -> list[float]:
                return embedder.encode([text])[0].tolist()

        made, clock = cls(), time.perf_counter()

        def lap(name: str) -> None:
            nonlocal clock
            made.seconds[name], clock = round(time.perf_counter() - clock, 3), time.perf_counter()

        jieba.initialize()
        lap("jieba")
        splitter = RecursiveCharacterTextSplitter(chunk_size=500, chunk_overlap=50)
        chunks = [chunk for text in texts for chunk in splitter.split_text(text)]
        made.chunks = len(chunks)
        lap("split")
        store = Chroma("recipe", Wrapped(), persist_directory=str(folder), client_settings=Settings(anonymized_telemetry=False))
        for start in range(0, len(chunks), BATCH):
            store.add_texts(chunks[start:start + BATCH])
        lap("embed_and_store")
        sparse = BM25Retriever.from_texts(chunks, preprocess_func=jieba.lcut, k=k)
        lap("bm25")
        made._retriever = EnsembleRetriever(retrievers=[sparse, store.as_retriever(search_kwargs={"k": k})], weights=[0.5, 0.5])
        return made

    @property
    def ingestion(self) -> float:
        """Seconds from whole texts to something that answers, jieba's own start-up left out."""
        return sum(seconds for name, seconds in self.seconds.items() if name != "jieba")

    def search(self, query: str) -> list[str]:
        """The texts found, best first."""
        return [document.page_content for document in self._retriever.invoke(query)]
