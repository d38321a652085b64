"""What readers give back and the limits they work under: plain data, cheap to import."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import NamedTuple

MIB = 1 << 20
SIDECAR = 64 << 10
"""Bytes that a sidecar may have."""


@dataclass(frozen=True)
class Extract:
    """The text of one file (or archive member) as it came.

    ``name`` is the file's name as the user knows it (``a.zip/b.txt``), never a machine path.
    ``text`` is decoded or extracted text, one paragraph or line per line; pages of a PDF are divided by ``\\n\\f``.
    ``front`` holds front matter and sidecar values (strings; lists as tuples of strings); its lines stay in ``text``.
    ``marks`` is text that stands outside the body (headers, footers, text boxes, metadata, hidden runs):
    for the secrecy gate only. ``notices`` tell the user in Chinese what was left out.
    """

    name: str
    text: str
    format: str
    sha256: str
    front: Mapping[str, str | tuple[str, ...]] = field(default_factory=dict)
    notices: tuple[str, ...] = ()
    marks: tuple[str, ...] = ()


@dataclass(frozen=True)
class Unreadable:
    """A file that gave no text; ``reason`` says in Chinese what is wrong and what to do next."""

    name: str
    reason: str

    @property
    def message(self) -> str:
        """Name and reason in one sentence."""
        return f"{self.name}：{self.reason}"


@dataclass(frozen=True)
class Limits:
    """What one file may cost. Sizes in bytes, times in seconds, ``chars`` in characters of extracted text.

    ``archive`` bounds a whole .zip as it lies on disk, ``inflated`` what all its members unpack to,
    ``part`` one XML part of a .docx, ``ratio`` unpacked to packed size of one entry above 1 MiB.
    """

    file: int = 50 * MIB
    archive: int = 200 * MIB
    inflated: int = 512 * MIB
    part: int = 48 * MIB
    ratio: int = 200
    entries: int = 5000
    pages: int = 3000
    chars: int = 8_000_000
    memory: int = 512 * MIB
    cpu: int = 20
    wall: int = 40
    files: int = 100_000


class Sidecar(NamedTuple):
    """The .yaml file beside a document: its name and bytes, both empty when there is none."""

    name: str = ""
    data: bytes = b""


@dataclass(frozen=True)
class Parsed:
    """What a format's ``parse`` returns; fields as in Extract."""

    text: str
    notices: tuple[str, ...] = ()
    marks: tuple[str, ...] = ()


class Refused(Exception):
    """Raised by a format when a file cannot be used; its text is the Chinese reason."""
