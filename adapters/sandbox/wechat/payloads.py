"""What the platform posts to the gateway: XML with all fields, sealed with wechatpy's own crypto.

wechatpy seals here and the gateway opens with its own code, so each holds the other to the published layout. As on
the real platform, control characters that XML forbids go through as they came.
"""

import secrets
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from urllib.parse import urlencode

import xmltodict
from wechatpy.crypto import WeChatCrypto
from wechatpy.utils import WeChatSigner

from adapters.sandbox.wechat.accounts import SandboxAccount


@dataclass(frozen=True, slots=True, kw_only=True)
class SealedCallback:
    """A callback ready to be posted."""

    url: str
    body: str
    nonce: str


def build_xml(fields: Mapping[str, Any]) -> str:
    """Write the fields as the platform does: numbers bare, texts as CDATA, objects nested, lists repeated."""
    return f"<xml>{_elements(fields)}</xml>"


def seal(account: SandboxAccount, xml: str, *, openid: str, now: datetime) -> SealedCallback:
    """Encrypt and sign; each delivery of the same message is sealed anew."""
    timestamp, nonce = str(int(now.timestamp())), str(secrets.randbelow(2**31))
    crypto = WeChatCrypto(account.token, account.aes_key, account.app_id)
    envelope = xmltodict.parse(crypto.encrypt_message(xml, nonce, timestamp))["xml"]
    plain_signer = WeChatSigner()
    plain_signer.add_data(account.token, timestamp, nonce)
    query = {
        "signature": plain_signer.signature,
        "timestamp": timestamp,
        "nonce": nonce,
        "openid": openid,
        "encrypt_type": "aes",
        "msg_signature": envelope["MsgSignature"],
    }
    outer = {"ToUserName": account.original_id, "Encrypt": envelope["Encrypt"]}
    return SealedCallback(url=f"{account.callback_url}?{urlencode(query)}", body=build_xml(outer), nonce=nonce)


def _elements(fields: Mapping[str, Any]) -> str:
    return "".join(
        f"<{name}>{_value(item)}</{name}>"
        for name, value in fields.items()
        for item in (value if isinstance(value, list) else [value])
    )


def _value(value: object) -> str:
    if isinstance(value, Mapping):
        return _elements(value)
    if isinstance(value, int | float):
        return str(value)
    return "<![CDATA[" + str(value).replace("]]>", "]]]]><![CDATA[>") + "]]>"
