"""Texts into vectors: one small class over the built-in model or any sentence-transformers folder."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Protocol

import numpy as np

from assistant.errors import BadSetting, MissingExtra


class Embedder(Protocol):
    """Anything with a name, a dimension and ``encode``; tests pass their own."""

    name: str
    dimension: int

    def encode(self, texts: Sequence[str]) -> np.ndarray:
        """Unit vectors, float32, one row a text; a text with nothing to read gives a zero row."""
        ...


def load(name: str = "builtin") -> Embedder:
    """The embedder a setting names: ``builtin``, a folder of our own training (see ``adapt``), or a local
    sentence-transformers folder.

    Raises BadSetting when the folder is not there, MissingExtra when the extra ``models`` is not installed.
    """
    from assistant.embedding import static

    if name == "builtin":
        if not (static.SHIPPED / static.WEIGHTS).is_file():
            from assistant.embedding.ngrams import NgramEmbedder

            return NgramEmbedder()
        return static.shipped()
    folder = Path(name)
    if not folder.is_dir():
        raise BadSetting(f"设置 ASSISTANT_EMBEDDING 指向的模型目录 {name} 不存在。请填本机模型目录，或改回 builtin。")
    return static.StaticEmbedder(folder) if static.recognises(folder) else _SentenceTransformer(name)


class _SentenceTransformer:
    def __init__(self, folder: str):
        try:
            from sentence_transformers import SentenceTransformer
        except ImportError:
            raise MissingExtra("使用外部向量模型需要扩展 models。请运行：pip install 'cadre-policy-assistant[models]'") from None
        self._model = SentenceTransformer(folder, device="cpu", local_files_only=True)
        self.name = Path(folder).name
        self.dimension = int(self._model.get_embedding_dimension() or 0)

    def encode(self, texts: Sequence[str]) -> np.ndarray:
        return self._model.encode(list(texts), normalize_embeddings=True, convert_to_numpy=True,
                                  show_progress_bar=False).astype(np.float32)


def reranker(folder: str):
    """``(question, passages) -> scores`` of a local sentence-transformers CrossEncoder, or None when none is set.

    Raises BadSetting when the folder is not there, MissingExtra when the extra ``models`` is not installed.
    """
    if not folder:
        return None
    if not Path(folder).is_dir():
        raise BadSetting(f"设置 ASSISTANT_RERANKER 指向的模型目录 {folder} 不存在。请填本机模型目录，或取消这项设置。")
    try:
        from sentence_transformers import CrossEncoder
    except ImportError:
        raise MissingExtra("使用重排模型需要扩展 models。请运行：pip install 'cadre-policy-assistant[models]'") from None
    model = CrossEncoder(folder, device="cpu", local_files_only=True)
    return lambda question, passages: model.predict([(question, p) for p in passages], show_progress_bar=False).tolist()
