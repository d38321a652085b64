"""The note a running server leaves in its home: its address and a random token, readable by its owner alone.

A command started on the same home reads it and goes through the server. A note may be stale (the server was
killed): the reader asks the address for its fingerprint before it trusts it.
"""

from __future__ import annotations

import hashlib
import json
import os
import secrets
from dataclasses import dataclass
from pathlib import Path

NAME = "server.json"


@dataclass(frozen=True)
class Doorplate:
    """``host`` and ``port`` are those the server listens on; ``token`` opens its local-only routes."""

    host: str
    port: int
    token: str

    @property
    def fingerprint(self) -> str:
        """What the server shows to anyone, so that the token goes to no stranger on the same port."""
        return fingerprint(self.token)


def fingerprint(token: str) -> str:
    return hashlib.sha256(b"assistant:" + token.encode()).hexdigest()[:32]


def new_token() -> str:
    return secrets.token_urlsafe(32)


def write(home: Path, plate: Doorplate) -> None:
    """Leave the note, whole or not at all, with mode 0600 from its first byte."""
    draft = home / f".{NAME}.{os.getpid()}"
    draft.unlink(missing_ok=True)
    handle = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(handle, "w", encoding="utf-8") as file:
        json.dump({"host": plate.host, "port": plate.port, "token": plate.token}, file)
    os.replace(draft, home / NAME)


def read(home: Path) -> Doorplate | None:
    """The note, or None when there is none, it cannot be read, or another user could have written it."""
    try:
        with open(home / NAME, "rb") as file:
            status = os.fstat(file.fileno())
            if status.st_mode & 0o077 or status.st_uid != os.getuid():
                return None
            note = json.loads(file.read(4096))
        return Doorplate(str(note["host"]), int(note["port"]), str(note["token"]))
    except (OSError, ValueError, KeyError, TypeError):
        return None


def remove(home: Path, plate: Doorplate) -> None:
    """Take the note away, unless another server has put its own there since."""
    if read(home) == plate:
        (home / NAME).unlink(missing_ok=True)
