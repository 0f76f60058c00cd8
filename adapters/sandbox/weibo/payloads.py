"""Write a push as the platform does, and sign it: the signature covers secret, timestamp and nonce, never the body.

Pure but for the nonce. Written from the published rules, not from the gateway's code.
"""

import hashlib
import json
import secrets
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from urllib.parse import urlencode

from adapters.sandbox.weibo.accounts import SandboxWeibo
from adapters.sandbox.weibo.conditions import PushForm
from adapters.sandbox.weibo.identities import write_moment


@dataclass(frozen=True, slots=True, kw_only=True)
class Push:
    """What happened, before it is written down; `data` is the object of its type."""

    type: str
    sender: str
    text: str
    time: datetime
    data: Mapping[str, Any]


def signature_of(secret: str, timestamp: str, nonce: str) -> str:
    """Return the hex SHA-1 of the three strings, sorted and joined."""
    return hashlib.sha1("".join(sorted((secret, timestamp, nonce))).encode()).hexdigest()  # noqa: S324 -- the platform's choice


def sign(account: SandboxWeibo, *, now: datetime) -> str:
    """Return the callback's address with a signed query; the timestamp is in milliseconds."""
    timestamp, nonce = str(int(now.timestamp() * 1000)), str(secrets.randbelow(10**9))
    query = {
        "signature": signature_of(account.app_secret, timestamp, nonce),
        "timestamp": timestamp,
        "nonce": nonce,
    }
    return f"{account.callback_url}?{urlencode(query)}"


def write(account: SandboxWeibo, push: Push, *, form: PushForm) -> bytes:
    """Return the body."""
    if form is PushForm.XML:
        return _xml(account, push).encode()
    texts = form is PushForm.STRINGS
    value = {
        "type": push.type,
        "receiver_id": account.uid if texts else int(account.uid),
        "sender_id": push.sender if texts else int(push.sender),
        "created_at": write_moment(push.time),
        "text": push.text,
        "data": _dump(push.data) if texts else dict(push.data),
    }
    return _dump(value).encode("utf-8", "replace")


def _dump(value: Mapping[str, Any]) -> str:
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"))


def _xml(account: SandboxWeibo, push: Push) -> str:
    """Write the form that imitates WeChat's; how a mention looks in it is not published."""
    fields: dict[str, Any] = {
        "ToUserName": account.uid,
        "FromUserName": push.sender,
        "CreateTime": int(push.time.timestamp()),
        "MsgType": "location" if push.type == "position" else push.type,
        "Content": push.text,
    }
    data = push.data
    match push.type:
        case "image":
            fields |= {"PicUrl": "", "MediaId": data["tovfid"]}
        case "voice":
            fields |= {"MediaId": data["tovfid"], "Format": "amr"}
        case "position":
            fields |= {"Location_X": data["latitude"], "Location_Y": data["longitude"]}
        case "event" | "mention":
            fields |= {"Event": data.get("subtype", ""), "EventKey": data.get("key", "")}
        case _:
            fields["MsgId"] = ""
    return "<xml>" + "".join(f"<{name}>{_element(value)}</{name}>" for name, value in fields.items()) + "</xml>"


def _element(value: object) -> str:
    if isinstance(value, int):
        return str(value)
    return "<![CDATA[" + str(value).replace("]]>", "]]]]><![CDATA[>") + "]]>"
