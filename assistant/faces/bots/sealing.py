"""The platforms' cryptography: AES-256-CBC in two packings, and signatures compared in constant time.

WeCom: random(16) ‖ length(4, big-endian) ‖ message ‖ receiver, PKCS#7 to 32 bytes, IV = the key's first half.
Feishu: key = SHA-256 of the encrypt key, IV before the text, PKCS#7 to 16 bytes.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import hmac
import re
import struct

from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes

BLOCK = 16
WECOM_PAD = 32


class Broken(ValueError):
    """A sealed text that cannot be opened; the message is for the audit and holds nothing of it."""


def wecom_key(encoding_aes_key: str) -> bytes:
    """The 32 bytes of an EncodingAESKey (43 characters). Raises Broken."""
    if not re.fullmatch(r"[A-Za-z0-9+/]{43}", encoding_aes_key):
        raise Broken("EncodingAESKey is not 43 characters of base64")
    return base64.b64decode(encoding_aes_key + "=")


def wecom_signature(token: str, timestamp: str, nonce: str, sealed: str) -> str:
    """SHA-1 over the sorted strings, as the platform defines it.

    >>> wecom_signature("QDG6eK", "1409659589", "263014780", "P9nAzCzyDtyTWESHep1vC5X9xho/qYX3Zpb4yKa9SKld1DsH3Iyt3tP3zNdtp+4RPcs8TgAE7OaBO+FZXvnaqQ==")
    '5c45ff5e21c57e6ad56bac8758b79b1d9ac89fd3'
    """
    return hashlib.sha1("".join(sorted((token, timestamp, nonce, sealed))).encode()).hexdigest()


def wecom_seal(key: bytes, message: bytes, receiver: str, random16: bytes) -> str:
    """Seal a message for WeCom, as base64."""
    plain = random16 + struct.pack(">I", len(message)) + message + receiver.encode()
    return base64.b64encode(_encrypt(key, key[:BLOCK], _padded(plain, WECOM_PAD))).decode()


def wecom_open(key: bytes, sealed: str, receiver: str) -> bytes:
    """The message inside; its receiver must be ``receiver``. Raises Broken."""
    plain = _unpadded(_decrypt(key, key[:BLOCK], _decoded(sealed)), WECOM_PAD)
    if len(plain) < 20:
        raise Broken("too short")
    (length,) = struct.unpack(">I", plain[16:20])
    message, rest = plain[20:20 + length], plain[20 + length:]
    if len(message) != length or not same(rest, receiver.encode()):
        raise Broken("length or receiver does not fit")
    return message


def file_open(key: bytes, data: bytes) -> bytes:
    """A file of the AI bot: the same key and padding, no envelope. Raises Broken."""
    return _unpadded(_decrypt(key, key[:BLOCK], data), WECOM_PAD)


def feishu_seal(encrypt_key: str, message: bytes, iv: bytes) -> str:
    """Seal as Feishu does (for the rehearsal)."""
    return base64.b64encode(iv + _encrypt(hashlib.sha256(encrypt_key.encode()).digest(), iv, _padded(message, BLOCK))).decode()


def feishu_open(encrypt_key: str, sealed: str) -> bytes:
    """The message inside. Raises Broken.

    >>> feishu_open("test key", "P37w+VZImNgPEO1RBhJ6RtKl7n6zymIbEG1pReEzghk=")
    b'hello world'
    """
    data = _decoded(sealed)
    if len(data) < 2 * BLOCK:
        raise Broken("too short")
    return _unpadded(_decrypt(hashlib.sha256(encrypt_key.encode()).digest(), data[:BLOCK], data[BLOCK:]), BLOCK)


def feishu_signature(timestamp: str, nonce: str, encrypt_key: str, body: bytes) -> str:
    """SHA-256 over the raw body behind timestamp, nonce and key."""
    return hashlib.sha256((timestamp + nonce + encrypt_key).encode() + body).hexdigest()


def feishu_webhook_sign(timestamp: str, secret: str) -> str:
    """The sign of a Feishu group webhook: the key is the text and the message is empty.

    >>> feishu_webhook_sign("1700000000", "fs-secret")
    'ognpFOmraex6LA29Ao14dsiNmmjE3YO4x5e/SX8n9Bw='
    """
    return base64.b64encode(hmac.new(f"{timestamp}\n{secret}".encode(), b"", hashlib.sha256).digest()).decode()


def dingtalk_sign(timestamp: str, secret: str) -> str:
    """The sign of DingTalk, of robots and of group webhooks alike.

    >>> dingtalk_sign("1700000000000", "aDFtYXAtdGVzdC1zZWNyZXQtZGluZ3RhbGs")
    'GHPbtFqjmNsYAl5hOOO1WYb5MJnvXnZvdLRWb3CSfZA='
    """
    return base64.b64encode(hmac.new(secret.encode(), f"{timestamp}\n{secret}".encode(), hashlib.sha256).digest()).decode()


def same(one: str | bytes, other: str | bytes) -> bool:
    """Equality that takes the same time wherever the two differ."""
    return hmac.compare_digest(one.encode("utf-8", "surrogatepass") if isinstance(one, str) else one,
                               other.encode("utf-8", "surrogatepass") if isinstance(other, str) else other)


def _decoded(sealed: str) -> bytes:
    try:
        data = base64.b64decode(sealed, validate=True)
    except (binascii.Error, ValueError):
        raise Broken("not base64") from None
    # Base64 has several spellings of the same bytes; only the usual one is let in.
    if base64.b64encode(data).decode() != sealed:
        raise Broken("not canonical base64")
    return data


def _encrypt(key: bytes, iv: bytes, plain: bytes) -> bytes:
    encryptor = Cipher(algorithms.AES(key), modes.CBC(iv)).encryptor()
    return encryptor.update(plain) + encryptor.finalize()


def _decrypt(key: bytes, iv: bytes, sealed: bytes) -> bytes:
    if not sealed or len(sealed) % BLOCK:
        raise Broken("not whole blocks")
    decryptor = Cipher(algorithms.AES(key), modes.CBC(iv)).decryptor()
    return decryptor.update(sealed) + decryptor.finalize()


def _padded(plain: bytes, size: int) -> bytes:
    filler = size - len(plain) % size
    return plain + bytes([filler]) * filler


def _unpadded(plain: bytes, size: int) -> bytes:
    filler = plain[-1]
    if not 1 <= filler <= size or len(plain) < filler or plain[-filler:] != bytes([filler]) * filler:
        raise Broken("padding does not fit")
    return plain[:-filler]
