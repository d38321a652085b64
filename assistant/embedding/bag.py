"""The built-in model as a sentence-transformers module, for training, measuring and other programs.

``SentenceTransformer(modules=[GramBag.load(folder)])`` gives the numpy path's vectors; with the package installed,
``SentenceTransformer(folder, trust_remote_code=True)`` finds the class by its name in ``modules.json``.
"""

from __future__ import annotations

from pathlib import Path

import numpy as np
import torch
from sentence_transformers.base.modules.input_module import InputModule

from assistant.embedding import static


class GramBag(InputModule):
    """Sums the vectors of a text's grams and normalises. Row 0 of ``embedding`` is for padding and stays zero."""

    def __init__(self, model: static.StaticEmbedder):
        super().__init__()
        self._vocabulary, self._idf, self._name = model.vocabulary, model.idf, model.name
        weight = torch.zeros(len(model.table) + 1, model.dimension)
        weight[1:] = torch.from_numpy(model.table) * torch.from_numpy(model.scales)[:, None]
        self.embedding = torch.nn.EmbeddingBag.from_pretrained(weight, freeze=False, mode="sum", padding_idx=0)

    def preprocess(self, inputs: list[str], prompt: str | None = None, **kwargs) -> dict[str, torch.Tensor]:
        """Padded rows of grams, int64 (texts, longest): one row a text, so that losses may slice a batch."""
        rows, ends = self._vocabulary.bags([(prompt or "") + text for text in inputs])
        sizes = np.diff(ends, prepend=0)
        padded = np.zeros((len(inputs), max(1, int(sizes.max(initial=0)))), np.int64)
        padded[np.arange(padded.shape[1]) < sizes[:, None]] = rows + 1
        return {"input_ids": torch.from_numpy(padded)}

    def forward(self, features: dict[str, torch.Tensor], **kwargs) -> dict[str, torch.Tensor]:
        """Adds ``sentence_embedding``, unit vectors."""
        summed = self.embedding(features["input_ids"])
        features["sentence_embedding"] = torch.nn.functional.normalize(summed, dim=1, eps=1e-12)
        return features

    def get_embedding_dimension(self) -> int:
        """Length of a vector."""
        return self.embedding.embedding_dim

    def save(self, output_path: str, *args, **kwargs) -> None:
        """Write a model folder that both paths read, rows rounded to 8 bits."""
        others = list(self._vocabulary.others)
        static.write(Path(output_path), self.embedding.weight.detach().numpy()[1:], self._vocabulary.keys, others, self._idf, name=self._name)

    @classmethod
    def load(cls, model_name_or_path: str, *args, **kwargs) -> GramBag:
        """Read a model folder on this machine."""
        return cls(static.StaticEmbedder(Path(model_name_or_path)))
