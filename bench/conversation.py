"""The load: citizens who file a complaint word for word, as encrypted WeChat callbacks made beforehand.

Every filing is seven messages of one citizen; the messages of a conversation go over one connection, in order.
"""

import hashlib
import itertools
import time
from urllib.parse import urlencode

from adapters.wechat.crypto import MessageCipher, sign

ACCOUNT = "bench"
APP_ID = "wx00000000000bench"
TOKEN = "benchtoken"
AES_KEY = "QmVuY2htYXJrS2V5T3BlbnNOb3RoaW5nQXRBbGwwMDA"
ORIGINAL_ID = "gh_benchbenchbe"

CITIZENS = 500
"""How many take turns at filing, as in the measurements that the limit was taken from."""
STEPS = (
    "投诉",
    "幸福路12号工地连续三天夜里十一点以后还在打桩，孩子没法睡觉，请尽快管一管。",
    "云溪市城东区幸福路12号",
    "跳过",
    "13800000001",
    "公开",
    "提交",
)

_cipher = MessageCipher(AES_KEY, APP_ID)
_ids = itertools.count(time.time_ns() // 1000)


class Town:
    """The citizens who file, in turn: so few filings are under way at once that nobody ever files twice at a time."""

    def __init__(self, citizens: int) -> None:
        """Take so many citizens; 0 means that everybody who files is new."""
        self._citizens = itertools.cycle([_citizen() for _ in range(citizens)]) if citizens else iter(_citizen, "")

    def filings(self, count: int) -> list[list[bytes]]:
        """Return so many filings, each as its HTTP requests in order."""
        return [[_request(citizen, step) for step in STEPS] for citizen in itertools.islice(self._citizens, count)]


def _citizen() -> str:
    return "o" + hashlib.sha1(str(next(_ids)).encode(), usedforsecurity=False).hexdigest()[:27]


def _request(citizen: str, text: str) -> bytes:
    now = str(int(time.time()))
    nonce = str(next(_ids) % 10**10)
    xml = (
        f"<xml><ToUserName><![CDATA[{ORIGINAL_ID}]]></ToUserName><FromUserName><![CDATA[{citizen}]]></FromUserName>"
        f"<CreateTime>{now}</CreateTime><MsgType><![CDATA[text]]></MsgType><Content><![CDATA[{text}]]></Content>"
        f"<MsgId>{next(_ids)}</MsgId></xml>"
    )
    encrypted = _cipher.encrypt(xml.encode())
    body = (
        f"<xml><ToUserName><![CDATA[{ORIGINAL_ID}]]></ToUserName><Encrypt><![CDATA[{encrypted}]]></Encrypt></xml>"
    ).encode()
    query = urlencode(
        {
            "signature": sign(TOKEN, now, nonce),
            "timestamp": now,
            "nonce": nonce,
            "openid": citizen,
            "encrypt_type": "aes",
            "msg_signature": sign(TOKEN, now, nonce, encrypted),
        }
    )
    head = (
        f"POST /callback/wechat/{ACCOUNT}?{query} HTTP/1.1\r\nHost: 127.0.0.1\r\nUser-Agent: Mozilla/4.0\r\n"
        "Accept: */*\r\nPragma: no-cache\r\nConnection: Keep-Alive\r\nContent-Type: text/xml\r\n"
        f"Content-Length: {len(body)}\r\n\r\n"
    )
    return head.encode() + body
