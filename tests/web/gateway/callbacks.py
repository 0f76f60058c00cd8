"""Callbacks as the platform writes them, and as forgers do: sealed with wechatpy, posted as raw HTTP."""

import re
import secrets
from typing import Any
from urllib.parse import urlencode

from wechatpy.crypto import WeChatCrypto

from adapters.wechat.crypto import sign

from .conftest import House

TOKEN = "demosandboxtoken"
KEY = "ZGVtb1NhbmRib3hFbmNvZGluZ0Flc0tleU5vdFNlY3I"
OTHER_KEY = "A" * 43
APP_ID = "wx5a4d0b0c7e1f2d3a"
OURS = "gh_1f2e3d4c5b6a"
MARK = "秘密的话"
OPENID = "oMarkedOpenidOfSomebody00001"
PATH = "/callback/wechat/demo"


def text_xml(text: str = MARK, *, to: str = OURS, msgid: str = "7", more: str = "") -> str:
    return (
        f"<xml><ToUserName><![CDATA[{to}]]></ToUserName><FromUserName><![CDATA[{OPENID}]]></FromUserName>"
        f"<CreateTime>1795000000</CreateTime><MsgType><![CDATA[text]]></MsgType>"
        f"<Content><![CDATA[{text}]]></Content><MsgId>{msgid}</MsgId>{more}</xml>"
    )


class Post:
    """One callback, right in everything that is not changed."""

    def __init__(self, house: House, xml: str | bytes, *, key: str = KEY, app_id: str = APP_ID, age: int = 0) -> None:
        self.house = house
        stamp, nonce = str(int(house.clock.now().timestamp()) - age), str(secrets.randbelow(2**31))
        crypto = WeChatCrypto(TOKEN, key, app_id)
        sealed = crypto.encrypt_message(xml, nonce, stamp)
        encrypted = re.search(r"<Encrypt><!\[CDATA\[(.*?)]]>", sealed)
        assert encrypted
        self.encrypted = encrypted[1]
        self.query: dict[str, str] = {
            "signature": sign(TOKEN, stamp, nonce),
            "timestamp": stamp,
            "nonce": nonce,
            "openid": OPENID,
            "encrypt_type": "aes",
            "msg_signature": sign(TOKEN, stamp, nonce, self.encrypted),
        }
        self.body: Any = (
            f"<xml><ToUserName><![CDATA[{OURS}]]></ToUserName><Encrypt><![CDATA[{self.encrypted}]]></Encrypt></xml>"
        ).encode()
        self.path = PATH
        self.headers: dict[str, str] = {}

    def signed(self, encrypted: str) -> None:
        """Carry other cipher text, rightly signed."""
        self.query["msg_signature"] = sign(TOKEN, self.query["timestamp"], self.query["nonce"], encrypted)
        self.body = f"<xml><Encrypt><![CDATA[{encrypted}]]></Encrypt></xml>".encode()

    async def send(self) -> tuple[int, str]:
        url = f"{self.house.url}{self.path}?{urlencode(self.query)}"
        async with self.house.client.post(url, data=self.body, headers=self.headers) as answer:
            return answer.status, await answer.text()
