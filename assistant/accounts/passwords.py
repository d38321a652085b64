"""Passwords: what may be one, and its scrypt hash with the parameters it was made by."""

from __future__ import annotations

import hashlib
import hmac
import secrets
import unicodedata
from base64 import b64decode, b64encode
from dataclasses import dataclass

from assistant.errors import BadInput

SHORTEST, LONGEST = 10, 200


@dataclass(frozen=True)
class Cost:
    """The parameters of scrypt (RFC 7914); 128·n·r bytes of memory, about a quarter of a second of one core."""

    n: int = 1 << 15
    r: int = 8
    p: int = 3


def check(password: str, name: str) -> None:
    """Raises BadInput for a password that is too easy or cannot be one; the message never holds it."""
    if len(password) < SHORTEST:
        raise BadInput(f"密码太短，至少 {SHORTEST} 个字符。请换一个。")
    if len(password) > LONGEST:
        raise BadInput(f"密码太长，最多 {LONGEST} 个字符。请换一个。")
    if len(set(password)) < 5 or password.isdecimal() or name.casefold() in password.casefold():
        raise BadInput("密码太容易猜到：不能全是数字，不能含账号名，至少有 5 个不同的字符。请换一个。")


def hashed(password: str, cost: Cost) -> str:
    """``scrypt$n$r$p$salt$hash`` with a salt of its own."""
    salt = secrets.token_bytes(16)
    return "$".join(["scrypt", str(cost.n), str(cost.r), str(cost.p), b64encode(salt).decode(), b64encode(_scrypt(password, salt, cost)).decode()])


def matches(password: str, stored: str) -> bool:
    """Whether a password is the one of a hash, in constant time for one cost."""
    name, n, r, p, salt, value = stored.split("$")
    return name == "scrypt" and hmac.compare_digest(_scrypt(password, b64decode(salt), Cost(int(n), int(r), int(p))), b64decode(value))


def cost_of(stored: str) -> Cost:
    _, n, r, p, *_ = stored.split("$")
    return Cost(int(n), int(r), int(p))


def _scrypt(password: str, salt: bytes, cost: Cost) -> bytes:
    # What looks the same on two keyboards is the same.
    given = unicodedata.normalize("NFKC", password).encode("utf-8", "surrogatepass")
    return hashlib.scrypt(given, salt=salt, n=cost.n, r=cost.r, p=cost.p, maxmem=256 * cost.n * cost.r, dklen=32)
