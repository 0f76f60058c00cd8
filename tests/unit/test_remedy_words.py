"""Staff read in Chinese what an adapter says in English: no remedy without its words."""

import ast
import re
from datetime import UTC, datetime
from pathlib import Path

import pytest

from adapters.platform import CredentialsError, SendError
from adapters.wechat import errcodes as wechat
from adapters.weibo import errcodes as weibo
from bot.console.remedy_words import REMEDIES, remedy
from bot.messages import Channel

ROOT = Path(__file__).resolve().parents[2]
NOW = datetime(2026, 3, 2, 1, tzinfo=UTC)
_LATIN = re.compile(
    r"app_id|app_secret|AppSecret|IP|OAuth2|open\.weibo\.com|fans_token|oauth_token|/cgi-bin/token", re.ASCII
)


def codes_written_out() -> dict[str, set[str]]:
    """The codes that stand as such where an adapter raises `CredentialsError`, by platform."""
    found: dict[str, set[str]] = {"wechat": set(), "weibo": set()}
    for platform, codes in found.items():
        for path in (ROOT / "adapters" / platform).glob("*.py"):
            for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
                if isinstance(node, ast.Call) and getattr(node.func, "id", "") == "CredentialsError":
                    values = [word.value for word in node.keywords if word.arg == "code"]
                    codes.update(str(value.value) for value in values if isinstance(value, ast.Constant))
    return found


def raised() -> dict[Channel, list[SendError | None]]:
    """What the codes and the statuses of each platform become."""
    statuses = range(300, 500)
    return {
        Channel.WECHAT: [
            *(wechat.error_for(code, call="c") for code in wechat.REMEDIES),
            *(wechat.error_for_status(status, call="c") for status in statuses),
        ],
        Channel.WEIBO: [
            *(weibo.error_for(code, call="c", now=NOW) for code in weibo.REMEDIES),
            *(weibo.error_for_status(status, call="c") for status in statuses),
        ],
    }


def test_every_remedy_an_adapter_can_raise_has_its_words():
    unlisted = remedy(Channel.WECHAT, "nobody knows")
    for channel, errors in raised().items():
        codes = {error.code for error in errors if isinstance(error, CredentialsError)}
        codes |= codes_written_out()[channel.value]
        assert {code for code in codes if remedy(channel, code) == unlisted} == set()
        assert len(codes) > 100  # 300 to 399 and the ones of their own
    assert codes_written_out() == {"wechat": set(), "weibo": {"expired", "foreign"}}


def test_the_words_are_plain_chinese_and_say_what_to_do():
    for table in REMEDIES.values():
        for code, said in table.items():
            assert re.search("[A-Za-z]", _LATIN.sub("", said)) is None, code
            assert re.search("请|不用处理|到微博", said), code
            assert said[-1] not in "。.", code


@pytest.mark.parametrize(
    ("code", "told", "said"),
    [
        ("40164", "add it (203.0.113.7)", "（地址是 203.0.113.7）。"),
        ("http 403", "", "代理和本单位的出网规则。"),
        ("http 503", "", "请技术人员检查网络。"),
        ("?", "", "请技术人员检查网络。"),
        ("31337", "do <this>", "去平台的文档里查。"),
    ],
)
def test_what_stands_in_no_table_is_told_by_its_form(code, told, said):
    assert remedy(Channel.WECHAT, code, told=told).endswith(said)
