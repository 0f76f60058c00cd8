"""WeChat's callback, without any I/O: verify, decrypt and read what came; write and encrypt what goes back.

One `Codec` is one account. Who is trusted: nothing of the query but its signature, nothing of the body but what that
signature covers. In secure mode a body without `Encrypt` or a query without `msg_signature` is refused, as otherwise
anyone who has seen one signed query could post any body. This module knows no web framework, no dialog and no store.
"""

from collections.abc import Mapping
from datetime import datetime

from adapters.platform import ForgedMessage, MalformedMessage
from adapters.wechat.crypto import MessageCipher, UndecryptableError, WrongReceiverError, same, sign
from adapters.wechat.fields import fit_fields
from adapters.wechat.inbound import UnusableFieldsError, to_inbound
from adapters.wechat.parsing import Fields, UnreadableXmlError, decode, parse
from adapters.wechat.rendering import envelope_xml, render, reply_xml
from bot.messages import Inbound
from bot.values import frozen

__all__ = ["LARGEST_BODY", "SUCCESS", "Codec", "Opened", "fit_fields", "render"]

LARGEST_BODY = 64 * 1024
"""Bytes of a callback body; a parser takes what it is given, so the cap comes first."""
SUCCESS = b"success"
"""The answer that says nothing to the citizen and stops WeChat's retries; never encrypted."""

_ENCRYPT = b"<Encrypt><![CDATA["
_LONGEST_TIMESTAMP = 10


@frozen
class Opened:
    """One verified callback, and what its answer needs: `cipher` is that which opened it (None in plain mode)."""

    inbound: Inbound
    nonce: str
    cipher: MessageCipher | None


class Codec:
    """The callback of one account: opens requests, seals answers.

    `max_age` is in seconds, None takes any timestamp. Raises ValueError on settings with which no request could be
    verified.
    """

    def __init__(
        self,
        *,
        account: str,
        app_id: str,
        token: str,
        aes_key: str,
        original_id: str,
        previous_aes_key: str = "",
        plain: bool = False,
        max_age: float | None = 600,
    ) -> None:
        for name, value in (("token", token), ("app id", app_id), ("original id (gh_…)", original_id)):
            if not value.strip():
                raise ValueError(f"the {name} is empty")
        self.account = account
        self._token = token
        self._original_id = original_id
        self._plain = plain
        self._max_age = max_age
        keys = [aes_key] if aes_key or not plain else []
        keys += [previous_aes_key] if previous_aes_key else []
        self._ciphers = tuple(MessageCipher(key, app_id) for key in keys)

    @property
    def largest_body(self) -> int:
        """Bytes of a body that is still read."""
        return LARGEST_BODY

    def verify_url(self, query: Mapping[str, str], *, now: datetime) -> str:
        """Return the echostr that proves the address is ours; raise `ForgedMessage`."""
        self._check(query, "signature", now=now)
        if not (echo := query.get("echostr", "")):
            raise ForgedMessage("no echostr")
        return echo

    def open(self, query: Mapping[str, str], body: bytes, *, now: datetime) -> Opened:
        """Return what the callback says; raise `ForgedMessage` or `MalformedMessage`."""
        if len(body) > LARGEST_BODY:
            raise MalformedMessage("the body is too large", oversized=True)
        if self._plain and not query.get("msg_signature"):
            self._check(query, "signature", now=now)
            message, cipher = body, None
        else:
            encrypted = _encrypted_part(body)
            self._check(query, "msg_signature", encrypted, now=now)
            message, cipher = self._decrypt(encrypted, body)
        return Opened(inbound=self._read(message), nonce=query.get("nonce", ""), cipher=cipher)

    def seal(self, opened: Opened, text: str, *, now: datetime) -> bytes:
        """Return the passive answer with `text` (as rendered), or `SUCCESS` where there is nothing to say."""
        if not text.strip():
            return SUCCESS
        seconds = int(now.timestamp())
        to = opened.inbound.citizen.user
        xml = reply_xml(to=to, sender=self._original_id, seconds=seconds, text=text)
        if opened.cipher is None:
            return xml.encode()
        encrypted = opened.cipher.encrypt(xml.encode())
        signature = sign(self._token, str(seconds), opened.nonce, encrypted)
        return envelope_xml(encrypted=encrypted, signature=signature, seconds=seconds, nonce=opened.nonce).encode()

    def _check(self, query: Mapping[str, str], name: str, *covered: str, now: datetime) -> None:
        """Check the signature called `name` over token, timestamp, nonce and `covered`, then the timestamp's age."""
        timestamp = query.get("timestamp", "")
        expected = sign(self._token, timestamp, query.get("nonce", ""), *covered)
        if not same(expected, query.get(name, "")):
            raise ForgedMessage(f"{name} is wrong or missing")
        if not (timestamp.isascii() and timestamp.isdigit() and len(timestamp) <= _LONGEST_TIMESTAMP):
            raise ForgedMessage("the timestamp is not a number")
        if self._max_age is not None and abs(now.timestamp() - int(timestamp)) > self._max_age:
            raise ForgedMessage("the timestamp is too far from now")

    def _decrypt(self, encrypted: str, body: bytes) -> tuple[bytes, MessageCipher]:
        for cipher in self._ciphers:
            try:
                return cipher.decrypt(encrypted), cipher
            except UndecryptableError:
                continue
            except WrongReceiverError:
                raise ForgedMessage("made for another app id") from None
        raise MalformedMessage("no key opens it", raw=body)

    def _read(self, message: bytes) -> Inbound:
        try:
            text = decode(message)
        except UnicodeDecodeError:
            raise MalformedMessage("not UTF-8", raw=message) from None
        try:
            fields = parse(text)
            if fields.get("ToUserName", self._original_id) != self._original_id:
                raise ForgedMessage("for another account")
            return to_inbound(fields, account=self.account)
        except (UnreadableXmlError, UnusableFieldsError) as error:
            raise MalformedMessage(str(error), raw=text) from None


def _encrypted_part(body: bytes) -> str:
    """Return the cipher text; only it is signed, so nothing else of the outer body is looked at."""
    start = body.find(_ENCRYPT) + len(_ENCRYPT)
    if start >= len(_ENCRYPT) and (end := body.find(b"]]></Encrypt>", start)) > 0:  # as WeChat writes it
        return body[start:end].decode("utf-8", "replace")
    try:
        fields: Fields = parse(decode(body))
    except (UnreadableXmlError, UnicodeDecodeError):
        fields = {}
    encrypted = fields.get("Encrypt")
    if not isinstance(encrypted, str):
        raise ForgedMessage("the body is not encrypted")
    return encrypted
