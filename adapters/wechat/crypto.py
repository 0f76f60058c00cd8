"""WeChat's message encryption and its two signatures.

Layout: AES-256-CBC, IV = key[:16]; plain = random(16) | uint32 big-endian length | message | app id; PKCS#7 with blocks
of 32, so pads of 1..32 occur. Knows nothing of XML.

All messages of a key go through one context each way, which costs less than the rest of the encryption to set up. It
goes on from block to block: what stands in for the IV of a message is then the last block of the message before. In CBC
this changes nothing but the first block of the plain text, and that block is the random one, which everybody drops.
"""

import base64
import binascii
import hashlib
import hmac
import os
import re

from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes

BLOCK = 32
_HEAD = 20  # 16 random bytes and the length field
_KEY_TEXT = re.compile(r"[A-Za-z0-9+/]{43}\Z")
_PADS = tuple(bytes([size]) * size for size in range(BLOCK + 1))


class UndecryptableError(Exception):
    """The cipher text was not made with this key, or is damaged."""


class WrongReceiverError(Exception):
    """The cipher text opened, but was made for another app id."""


def sign(*parts: str) -> str:
    """Return the lower-case hex SHA-1 over the sorted parts, as all of WeChat's callback signatures are made."""
    return hashlib.sha1("".join(sorted(parts)).encode("utf-8", "surrogatepass"), usedforsecurity=False).hexdigest()


def same(expected: str, given: str) -> bool:
    """Compare two signatures in constant time; `given` may hold anything."""
    return hmac.compare_digest(expected.encode(), given.encode("utf-8", "surrogatepass"))


def decode_key(text: str) -> bytes:
    """Return the 32 bytes of a 43-character EncodingAESKey; raise ValueError saying what is wrong with it."""
    if len(text) != 43:  # noqa: PLR2004  the documented length, named in the message
        raise ValueError(f"an EncodingAESKey has 43 characters, this one has {len(text)}")
    if not _KEY_TEXT.match(text):
        raise ValueError("an EncodingAESKey holds only letters, digits, + and /")
    return base64.b64decode(text + "=")


class MessageCipher:
    """One EncodingAESKey at work for one app id."""

    __slots__ = ("_app_id", "_cipher", "_open", "_seal")

    def __init__(self, encoding_aes_key: str, app_id: str) -> None:
        key = decode_key(encoding_aes_key)
        self._app_id = app_id.encode()
        self._cipher = Cipher(algorithms.AES(key), modes.CBC(key[:16]))
        self._open = self._cipher.decryptor().update
        self._seal = self._cipher.encryptor().update

    def decrypt(self, encrypted: str) -> bytes:
        """Return the message inside; raise `UndecryptableError` or `WrongReceiverError`."""
        try:
            sealed = binascii.a2b_base64(encrypted)
        except (binascii.Error, ValueError):
            raise UndecryptableError("not base64") from None
        if not sealed or len(sealed) % 16:
            raise UndecryptableError("not whole AES blocks")
        plain = self._open(sealed)
        pad = plain[-1]
        if not 1 <= pad <= BLOCK or not plain.endswith(_PADS[pad]) or len(plain) - pad < _HEAD:
            raise UndecryptableError("bad padding")
        end = _HEAD + int.from_bytes(plain[16:_HEAD], "big")
        stop = len(plain) - pad
        if end > stop:
            raise UndecryptableError("bad length")
        if plain[end:stop] != self._app_id:
            raise WrongReceiverError("another app id")
        return plain[_HEAD:end]

    def encrypt(self, message: bytes, *, salt: bytes = b"") -> str:
        """Return the base64 cipher text of `message`; `salt` (16 bytes) only where a vector is to be met."""
        plain = b"".join((salt or os.urandom(16), len(message).to_bytes(4, "big"), message, self._app_id))
        plain += _PADS[BLOCK - len(plain) % BLOCK]
        seal = self._cipher.encryptor().update if salt else self._seal
        return binascii.b2a_base64(seal(plain), newline=False).decode()
