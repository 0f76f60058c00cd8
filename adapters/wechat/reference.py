"""wechatpy, guarded: the second opinion that tests hold our own codec against.

The callback path does not use it (its codec alone costs twice the bare request); its blocking client is unused.
Every exception it is known to raise becomes `ReferenceRefusedError`, whatever its type.
"""

from collections.abc import Callable
from typing import Any, ParamSpec, TypeVar

from wechatpy import parse_message
from wechatpy.crypto import WeChatCrypto
from wechatpy.replies import TextReply

P = ParamSpec("P")
T = TypeVar("T")


class ReferenceRefusedError(Exception):
    """wechatpy could not do it; the cause is chained."""


class Reference:
    """wechatpy's codec for one account."""

    def __init__(self, *, token: str, aes_key: str, app_id: str) -> None:
        self._crypto = _guarded(WeChatCrypto, token, aes_key, app_id)

    def decrypt(self, envelope: str, *, signature: str, timestamp: str, nonce: str) -> str:
        """Return the message inside an envelope."""
        return str(_guarded(self._crypto.decrypt_message, envelope, signature, timestamp, nonce))

    def encrypt(self, message: str, *, timestamp: str, nonce: str) -> str:
        """Return the envelope around `message`."""
        return str(_guarded(self._crypto.encrypt_message, message, nonce, timestamp))


def read(xml: str) -> Any:  # noqa: ANN401  wechatpy publishes no types
    """Return wechatpy's message or event object; its fields as sent are in `._data`."""
    return _guarded(parse_message, xml)


def render_text(text: str, *, to: str, sender: str, seconds: int) -> str:
    """Return the XML of wechatpy's text reply; `]]>` in `text` breaks out of it."""
    reply = _guarded(TextReply, source=sender, target=to, content=text, time=seconds)
    return str(_guarded(reply.render))


def _guarded(call: Callable[P, T], /, *args: P.args, **kwargs: P.kwargs) -> T:
    try:
        return call(*args, **kwargs)
    except Exception as error:  # it raises ten kinds, KeyError to AssertionError, and all mean the same
        raise ReferenceRefusedError(type(error).__name__) from error
