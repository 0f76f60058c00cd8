"""Read what the gateway answered to a callback, as strictly as the platform does.

`success` and an empty body show nothing. Anything else must be an encrypted reply that opens, is addressed from the
account to the citizen, has a known type and something in it; otherwise the citizen sees the failure notice.
Pure: the media store is asked through a function.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

import xmltodict
from wechatpy.crypto import WeChatCrypto

from adapters.platform import MalformedMessage
from adapters.sandbox.wechat.accounts import SandboxAccount
from adapters.sandbox.wechat.choices import read_text

FAILURE_NOTICE = "该公众号提供的服务出现故障，请稍后再试"
TEXT_LIMIT = 2048
"""Bytes of UTF-8 in one text."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Shown:
    """What an answer puts on the phone: nothing (`type` empty), or a message; `plain` is the decrypted XML."""

    type: str = ""
    content: Mapping[str, Any]
    plain: str = ""


def read_answer(
    account: SandboxAccount, body: bytes, *, openid: str, has_media: Callable[[str], bool] = lambda _: True
) -> Shown:
    """Return what the citizen sees; raise `MalformedMessage` with the reason when the answer is abnormal."""
    if body in {b"", b"success"}:
        return Shown(content={})
    plain = _open(account, body)
    fields = _fields(plain)
    if fields.get("ToUserName") != openid or fields.get("FromUserName") != account.original_id:
        raise MalformedMessage("ToUserName and FromUserName are not the citizen and the account")
    if not str(fields.get("CreateTime") or "").isdigit():
        raise MalformedMessage("CreateTime is not a number")
    kind = fields.get("MsgType")
    match kind:
        case "text":
            return Shown(type="text", content=_text(fields), plain=plain)
        case "image" | "voice" | "video":
            media_id = (fields.get(str(kind).capitalize()) or {}).get("MediaId") or ""
            if not has_media(media_id):
                raise MalformedMessage("the reply's MediaId does not exist")
            return Shown(type=str(kind), content={"media_id": media_id}, plain=plain)
        case "news":
            return Shown(type="news", content=_news(fields), plain=plain)
        case "music":
            music = fields.get("Music") or {}
            return Shown(type="music", content={"text": str(music.get("Title") or "")}, plain=plain)
        case "transfer_customer_service":
            return Shown(content={}, plain=plain)
        case _:
            raise MalformedMessage("MsgType is not known")


def shown_text(raw: str) -> dict[str, Any]:
    """Return the content of a text message on the phone."""
    text = read_text(raw)
    choices = [choice.as_json() for choice in text.choices]
    return {"text": text.plain, "choices": choices, "parts": list(text.parts), "raw": raw}


def _open(account: SandboxAccount, body: bytes) -> str:
    """Decrypt the reply, checking its signature."""
    if body != body.strip():
        raise MalformedMessage("white space around the answer")
    try:
        envelope = xmltodict.parse(body.decode())["xml"]
        crypto = WeChatCrypto(account.token, account.aes_key, account.app_id)
        plain = crypto.decrypt_message(
            envelope, envelope["MsgSignature"], str(envelope["TimeStamp"]), str(envelope["Nonce"])
        )
        return plain if isinstance(plain, str) else bytes(plain).decode()
    except Exception as error:  # wechatpy lets a dozen kinds of exceptions out of a bad body
        raise MalformedMessage(f"the answer is no encrypted reply: {type(error).__name__}") from error


def _fields(plain: str) -> dict[str, Any]:
    try:
        fields = xmltodict.parse(plain, strip_whitespace=False)["xml"]
    except Exception as error:  # expat and xmltodict raise unrelated kinds of exceptions
        raise MalformedMessage("the decrypted answer is no XML") from error
    if not isinstance(fields, dict):
        raise MalformedMessage("the decrypted answer has no fields")
    return fields


def _text(fields: Mapping[str, Any]) -> dict[str, Any]:
    content = fields.get("Content")
    if not isinstance(content, str) or not content.strip():
        raise MalformedMessage("Content is empty")
    if len(content.encode()) > TEXT_LIMIT:
        raise MalformedMessage("Content is longer than 2048 bytes")
    return shown_text(content)


def _news(fields: Mapping[str, Any]) -> dict[str, Any]:
    articles = (fields.get("Articles") or {}).get("item")
    article = articles[0] if isinstance(articles, list) and articles else articles
    if not isinstance(article, dict):
        raise MalformedMessage("news without an article")
    return {
        "text": str(article.get("Title") or ""),
        "description": str(article.get("Description") or ""),
        "url": str(article.get("Url") or ""),
    }
