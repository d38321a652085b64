"""Telling a sound index from a broken one: the home's lock, a seal over the files, a probe in a process of its own."""

from __future__ import annotations

import fcntl
import json
import os
import subprocess
import sys
import zlib
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import assistant
from assistant.errors import HomeBroken, HomeBusy

DENSE, LEXICAL = "chroma", "lexical"
SEAL = "index.json"


@dataclass(frozen=True)
class Health:
    """Whether the indexes are sound; ``notice`` says in Chinese what is not, or what was mended."""

    ok: bool
    notice: str = ""


class HomeLock:
    """One process owns a home's indexes: two writers corrupt Chroma, and a second reader never sees new vectors."""

    def __init__(self, home: Path):
        try:
            self._file = open(home / ".lock", "a+", encoding="ascii")
        except OSError as error:
            raise HomeBroken(f"数据目录 {home} 不可写（{error.strerror}）。请检查权限，或用 --home 换一个目录。") from None
        try:
            fcntl.flock(self._file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            self._file.seek(0)
            owner = self._file.read().strip()
            self._file.close()
            raise HomeBusy(f"数据目录 {home} 正由另一个进程使用{f'（进程号 {owner}）' if owner else ''}。"
                           "请通过正在运行的服务使用它，或先停止那个进程再试。") from None
        try:
            self._file.truncate(0)
            self._file.write(str(os.getpid()))
            self._file.flush()
        except OSError:
            pass

    def release(self) -> None:
        """Let another process have the home."""
        self._file.close()


Stamp = tuple[int, int, int | None]
"""Size, mtime in ns, CRC-32 (None when it was not taken)."""


def stamps(home: Path, side: str, known: Mapping[str, Stamp]) -> dict[str, Stamp]:
    """Name -> stamp of an index's files."""
    return {name: stamp(home, name, known) for name in _files(home, side)}


def stamp(home: Path, name: str, known: Mapping[str, Stamp]) -> Stamp:
    """A file's stamp; when its size and mtime are as in ``known`` the CRC is taken from there, unread."""
    stat, old = (home / name).stat(), known.get(name)
    if old and tuple(old[:2]) == (stat.st_size, stat.st_mtime_ns) and old[2] is not None:
        return old
    return stat.st_size, stat.st_mtime_ns, _crc(home / name)


def _files(home: Path, side: str) -> list[str]:
    return [p.relative_to(home).as_posix() for p in sorted((home / side).rglob("*"))
            if p.is_file() and not p.name.endswith((".lock", "-journal", "-wal", "-shm"))]


def _crc(path: Path) -> int:
    value = 0
    with open(path, "rb") as file:
        while block := file.read(1 << 20):
            value = zlib.crc32(block, value)
    return value


def read_seal(home: Path) -> tuple[str, dict[str, Stamp]]:
    """The last seal's token and stamps; ("", {}) when there is none that can be read."""
    try:
        found = json.loads((home / SEAL).read_text("utf-8"))
        return str(found["seal"]), {str(k): (int(s), int(m), c) for k, (s, m, c) in found["files"].items()}
    except (OSError, ValueError, KeyError, TypeError):
        return "", {}


def write_seal(home: Path, token: str, files: Mapping[str, Stamp]) -> None:
    """Put a seal in place of the last one."""
    new = home / (SEAL + ".new")
    new.write_text(json.dumps({"seal": token, "files": files}, indent=0), "utf-8")
    new.replace(home / SEAL)


def judge(home: Path, side: str, sealed: Mapping[str, Stamp], *, read: bool = False) -> str:
    """good, unsure (must be probed) or broken (a file is not what was sealed), without opening the index.

    Only sizes and times are looked at unless they differ; ``read=True`` reads every file.
    """
    mine = {k: v for k, v in sealed.items() if k.startswith(side + "/")}
    present = {name: home / name for name in _files(home, side)}
    if not mine or set(mine) - set(present):
        return "broken"
    verdict = "unsure" if set(present) - set(mine) else "good"
    for name, (size, mtime, crc) in mine.items():
        stat = present[name].stat()
        if (stat.st_size, stat.st_mtime_ns) == (size, mtime) and (not read or crc is None):
            continue
        if crc is None:
            verdict = "unsure"
        elif stat.st_size != size or _crc(present[name]) != crc:
            return "broken"
    return verdict


def probe(home: Path, side: str, sample: object = None, *, size: int = 0, timeout: float = 0) -> dict:
    """Open an index in a child process and compare it with SQL: opening a broken one may crash, hang or fill the disk.

    ``size`` is the number of passages. Gives {"ok", "why", "missing", "extra"}; a child that dies gives ok false.
    """
    environment = {**os.environ, "PYTHONPATH": str(Path(assistant.__file__).parents[1]), "PYTHONDONTWRITEBYTECODE": "1"}
    command = [sys.executable, "-P", "-m", "assistant.index.probe", str(home.resolve()), side, str(size)]
    try:
        done = subprocess.run(command, input=json.dumps(sample).encode(), capture_output=True, env=environment,
                              cwd=home, timeout=timeout or 60 + size / 500, check=False)
        return json.loads(done.stdout.decode().splitlines()[-1])
    except subprocess.TimeoutExpired:
        return {"ok": False, "why": "probe timed out", "missing": [], "extra": []}
    except (OSError, ValueError, IndexError):
        return {"ok": False, "why": "probe died", "missing": [], "extra": []}
