"""Which fonts are installed on this machine: family names read from the font files themselves (OpenType ``name`` table)."""

from __future__ import annotations

import os
import struct
import sys
from collections.abc import Iterable, Iterator
from functools import lru_cache
from pathlib import Path

_SUFFIXES = (".ttf", ".otf", ".ttc", ".otc")
_NAMES = (1, 4, 16)
"""Family, full name, typographic family."""
_MOST = 20_000


def folders() -> tuple[Path, ...]:
    """Where this system keeps fonts."""
    home = Path.home()
    if sys.platform == "win32":
        return (Path(os.environ.get("WINDIR", r"C:\Windows")) / "Fonts", home / "AppData/Local/Microsoft/Windows/Fonts")
    if sys.platform == "darwin":
        return (Path("/System/Library/Fonts"), Path("/Library/Fonts"), home / "Library/Fonts")
    return (Path("/usr/share/fonts"), Path("/usr/local/share/fonts"), home / ".fonts", home / ".local/share/fonts")


@lru_cache(maxsize=4)
def installed(places: tuple[Path, ...] | None = None) -> frozenset[str]:
    """Lower-case names of the installed fonts, Chinese and Latin ones; a file that is no font counts as none."""
    return frozenset(name.lower() for path in _files(places or folders()) for name in names(path))


def missing(fonts: Iterable[str], present: frozenset[str] | None = None) -> tuple[str, ...]:
    """The given font names that are not installed here, in order."""
    present = installed() if present is None else present
    return tuple(f for f in dict.fromkeys(fonts) if f and f.lower() not in present)


def _files(places: Iterable[Path]) -> Iterator[Path]:
    seen = 0
    for place in places:
        for folder, _, found in os.walk(place):
            for name in found:
                if name.lower().endswith(_SUFFIXES) and seen < _MOST:
                    seen += 1
                    yield Path(folder) / name


def names(path: Path) -> tuple[str, ...]:
    """The names a font file gives itself."""
    try:
        with path.open("rb") as file:
            top = file.read(4)
            if top != b"ttcf":
                return tuple(_tables(file, 0))
            count = struct.unpack(">4xI", file.read(8))[0]
            starts = struct.unpack(f">{min(count, 64)}I", file.read(4 * min(count, 64)))
            return tuple(n for start in starts for n in _tables(file, start))
    except (OSError, struct.error, ValueError):
        return ()


def _tables(file, start: int) -> Iterator[str]:
    file.seek(start)
    count = struct.unpack(">4xH6x", file.read(12))[0]
    for _ in range(min(count, 100)):
        tag, _, offset, length = struct.unpack(">4sIII", file.read(16))
        if tag == b"name":
            file.seek(offset)
            yield from _decoded(file.read(min(length, 1 << 20)))
            return


def _decoded(table: bytes) -> Iterator[str]:
    _, count, strings = struct.unpack(">HHH", table[:6])
    for i in range(min(count, 1000)):
        platform, _, _, name, length, offset = struct.unpack(">6H", table[6 + 12 * i:18 + 12 * i])
        if name in _NAMES:
            raw = table[strings + offset:strings + offset + length]
            yield raw.decode("utf-16-be" if platform in (0, 3) else "latin-1", "ignore")
