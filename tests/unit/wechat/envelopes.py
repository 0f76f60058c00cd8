"""What WeChat's side does: writes, encrypts and signs a callback for the test account."""

from datetime import UTC, datetime
from pathlib import Path
from xml.etree import ElementTree as ET

from adapters.wechat.crypto import MessageCipher, sign
from adapters.wechat.protocol import Codec

SAMPLES = Path(__file__).parents[2] / "samples" / "wechat"
NOW = datetime.fromtimestamp(1_763_712_005, UTC)
STAMP = "1763712000"
TOKEN = "spamtest"
APP_ID = "wx2c2769f8efd9abc2"
OUR_ID = "gh_10f6c3c3ac5a"
KEY = "abcdefghijklmnopqrstuvwxyz0123456789ABCDEFG"
OLD_KEY = "A" * 43
TEXT = (SAMPLES / "inbound" / "text.xml").read_text()


def codec(**changes) -> Codec:
    settings = {"account": "main", "app_id": APP_ID, "token": TOKEN, "aes_key": KEY, "original_id": OUR_ID}
    return Codec(**(settings | changes))


def signed(encrypted: str, *, timestamp: str = STAMP, nonce: str = "132") -> dict[str, str]:
    signature = sign(TOKEN, timestamp, nonce, encrypted)
    return {
        "timestamp": timestamp,
        "nonce": nonce,
        "msg_signature": signature,
        "encrypt_type": "aes",
        "openid": "oSomeoneElse",
    }


def signed_plain(*, timestamp: str = STAMP, nonce: str = "132") -> dict[str, str]:
    return {"timestamp": timestamp, "nonce": nonce, "signature": sign(TOKEN, timestamp, nonce)}


def envelope(encrypted: str) -> bytes:
    return (
        f"<xml><ToUserName><![CDATA[{OUR_ID}]]></ToUserName><Encrypt><![CDATA[{encrypted}]]></Encrypt></xml>".encode()
    )


def sealed(message: str | bytes, *, key: str = KEY, app_id: str = APP_ID) -> tuple[dict[str, str], bytes]:
    """Return (query, body) of a callback with `message` inside."""
    content = message.encode("utf-8", "surrogatepass") if isinstance(message, str) else message
    encrypted = MessageCipher(key, app_id).encrypt(content)
    return signed(encrypted), envelope(encrypted)


def element(xml: str | bytes) -> ET.Element:
    """Read what we or wechatpy wrote with a parser that is neither's."""
    return ET.fromstring(xml)  # noqa: S314  it was written a line above
