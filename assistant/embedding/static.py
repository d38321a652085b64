"""The built-in model: a table of gram vectors, summed and normalised, read and used with numpy alone.

One file holds it: ``model.safetensors`` with ``table`` int8 (grams, dimension), ``scales`` float32 (grams,), ``idf``
float16 (grams,), ``keys`` uint32 (Chinese grams, sorted) and ``others`` (Latin and digit runs, one a line, UTF-8).
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from functools import lru_cache
from pathlib import Path

import numpy as np

from assistant.embedding.tokens import Vocabulary, key
from assistant.errors import BadSetting

SHIPPED = Path(__file__).with_name("model")
WEIGHTS = "model.safetensors"
_MODULE = "assistant.embedding.bag.GramBag"
CHUNK = 4096
"""Texts that are cut together."""


class StaticEmbedder:
    """Vectors of a folder that ``python -m assistant.embedding train`` has written. Raises BadSetting when it is none."""

    def __init__(self, folder: Path = SHIPPED):
        from safetensors import SafetensorError
        from safetensors.numpy import load_file

        try:
            config = json.loads((folder / "config.json").read_text("utf-8"))
            stored = load_file(folder / WEIGHTS)
            self.name, self.dimension = str(config["name"]), int(config["dimension"])
            self.table, self.scales, self.idf = stored["table"], stored["scales"], stored["idf"]
            self.vocabulary = Vocabulary(stored["keys"], stored["others"].tobytes().decode().split("\n") if len(stored["others"]) else ())
        except (OSError, ValueError, KeyError, SafetensorError) as error:
            raise BadSetting(f"向量模型目录 {folder.name} 读不出来（{type(error).__name__}）。请重新安装，或把 ASSISTANT_EMBEDDING 改回 builtin。") from None

    def encode(self, texts: Sequence[str]) -> np.ndarray:
        """Unit vectors, float32 (texts, dimension); a text without a known gram gives a zero row."""
        out = np.zeros((len(texts), self.dimension), np.float32)
        for i in range(0, len(texts), CHUNK):
            rows, ends = self.vocabulary.bags(texts[i:i + CHUNK])
            start = 0
            for n, end in enumerate(ends.tolist(), i):
                if end > start:
                    bag = rows[start:end]
                    out[n] = self.scales[bag] @ self.table[bag].astype(np.float32)
                start = end
        out /= np.maximum(np.sqrt(np.einsum("ij,ij->i", out, out)), 1e-12)[:, None]
        return out

    def row(self, gram: str) -> int:
        """The row of one gram, -1 when it has none."""
        if gram.isascii():
            return self.vocabulary.others.get(gram, -1)
        return int(self.vocabulary.rows(np.array([key(gram)], np.uint32))[0])


@lru_cache(maxsize=2)
def shipped() -> StaticEmbedder:
    """The built-in model, loaded once a process."""
    return StaticEmbedder(SHIPPED)


def recognises(folder: Path) -> bool:
    """Whether a folder holds a model of this kind."""
    try:
        return any(m.get("type") == _MODULE for m in json.loads((folder / "modules.json").read_text("utf-8")))
    except (OSError, ValueError, AttributeError):
        return False


def write(folder: Path, weight: np.ndarray, keys: np.ndarray, others: Sequence[str], idf: np.ndarray, *, name: str) -> None:
    """Write a model folder: rows rounded to 8 bits with a scale each, configuration and the list of modules."""
    from safetensors.numpy import save_file

    folder.mkdir(parents=True, exist_ok=True)
    table, scales = rounded(weight)
    save_file({"table": table, "scales": scales, "idf": idf.astype(np.float16), "keys": keys.astype(np.uint32),
               "others": np.frombuffer("\n".join(others).encode(), np.uint8)}, folder / WEIGHTS)
    (folder / WEIGHTS).chmod(0o644)
    (folder / "config.json").write_text(json.dumps({"name": name, "dimension": int(weight.shape[1]), "grams": len(weight)}) + "\n")
    (folder / "modules.json").write_text(json.dumps([{"idx": 0, "name": "0", "path": "", "type": _MODULE}]) + "\n")


def rounded(weight: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Rows as int8 and the float32 scale that gives each back."""
    scales = np.maximum(np.abs(weight).max(1), 1e-12).astype(np.float32) / 127
    return np.rint(weight / scales[:, None]).astype(np.int8), scales
