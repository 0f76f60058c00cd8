"""What is wrong with one of our accounts, and who mends it where, in words for staff: one table by the platform's code.

The adapters say the same in English, for logs and the command line. That every remedy an adapter can raise has its
words here is held by a test. Knows no adapter and no page.
"""

import re
from typing import Final

from bot.messages import Channel

_WECHAT_KEYS: Final = "微信不认这个账号的接口令牌。请技术人员核对设置里的 app_id 和 app_secret"
_WECHAT_IP: Final = "服务器的 IP 地址不在白名单里。请技术人员到微信开发者平台，把它加进这个账号的“IP 白名单”"
_CONFIRM_IP: Final = "微信要求确认服务器的 IP 地址。请公众号管理员在微信里打开确认消息，点同意"
_WEIBO_KEYS: Final = (
    "令牌已经失效。粉丝服务令牌：到微博粉丝服务的开发者页面重新绑定；OAuth2 令牌：用本单位的账号重新登录授权。"
    "把新令牌写进设置，再重启网关"
)
_WEIBO_GRANT: Final = "微博没有给这个应用开通这个接口。请技术人员到 open.weibo.com 的应用管理里查看接口权限，没有就申请"
_WEIBO_PERSON: Final = "微博要真人验证（验证码或账号异常）。请用这个账号登录微博，按提示完成验证；总不好就问微博客服"
_WECHAT_CALLS: Final = "微信说这个接口今天的次数用完了。不用处理，过一小时自动再试；天天这样，请技术人员查原因"
_MINUTE: Final = "一分钟内发得太多。不用处理，自动等一会儿再发"
_WEIBO_HOUR: Final = "微博这个小时的调用次数用完了。不用处理，下个小时自动再试"
_WEIBO_DAY: Final = "微博今天的调用次数用完了。不用处理，明天零点以后自动再试；天天这样，请向微博申请更多次数"
_NOT_THEIRS: Final = "收到的回答不是平台给的。请技术人员检查设置里的接口地址、代理和本单位的出网规则"

REMEDIES: Final = {
    Channel.WECHAT: {
        "40001": _WECHAT_KEYS + "，再确认没有别的程序用同一个 app_id 调用 /cgi-bin/token",
        "40014": _WECHAT_KEYS,
        "42001": _WECHAT_KEYS,
        "41001": _WECHAT_KEYS,
        "40013": "app_id 不对。请技术人员核对设置里的 app_id",
        "40125": "app_secret 不对。请技术人员核对设置里的 app_secret，被重置过就换成新的",
        "40243": "AppSecret 被冻结。请公众号管理员到微信开发者平台解冻，等十分钟再恢复发送",
        "40164": _WECHAT_IP,
        "61004": _WECHAT_IP,
        "48001": "这个账号没有这个接口的权限。请公众号管理员到微信公众平台的“接口权限”查看，账号须是已认证的服务号",
        "50002": "这个账号被微信限制。请公众号管理员登录微信公众平台，看通知里的原因，按要求处理或申诉",
        "89503": _CONFIRM_IP,
        "89506": _CONFIRM_IP,
        "89507": _CONFIRM_IP,
        "45009": _WECHAT_CALLS,
        "45011": _MINUTE,
    },
    Channel.WEIBO: {
        **dict.fromkeys(
            ("21301", "21314", "21315", "21316", "21317", "21319", "21327", "21332", "10006", "20502"), _WEIBO_KEYS
        ),
        **dict.fromkeys(("10005", "10014", "21337"), _WEIBO_GRANT),
        "21321": "应用还没有通过审核。请技术人员到 open.weibo.com，把这个账号加为应用的测试账号，或者提交审核",
        "21335": "令牌是别的账号的。请用本单位的账号重新登录授权，把新令牌写进设置",
        **dict.fromkeys(("20015", "20031"), _WEIBO_PERSON),
        "expired": "粉丝服务令牌到期了。请到微博粉丝服务的开发者页面重新绑定，把新的 fans_token 写进设置，再重启网关",
        "foreign": "OAuth2 令牌是别的账号或别的应用的。请用本单位的账号和应用重新登录授权，把新的 oauth_token 写进设置",
        **dict.fromkeys(("10004", "10022", "20016"), _WEIBO_HOUR),
        **dict.fromkeys(("10023", "10024", "budget"), _WEIBO_DAY),
    },
}
"""By platform and code, without the full stop; the rests of an outbox lane and of a token have the same codes."""

_UNLISTED: Final = "没有见过这个代码。请把代码告诉技术人员，去平台的文档里查"
_REFUSED: Final = re.compile(r"http [1-4]\d\d", re.ASCII)
_PASSING: Final = frozenset({"", "?", "-1", "10001", "10002", "10003", "10009", "10010", "10011", "http 429"})
_BUSY: Final = "平台忙或者连不上。不用处理，会自动再试；半天还不好，请技术人员检查网络"
_ADDRESS: Final = re.compile(r"\b(?:\d{1,3}\.){3}\d{1,3}\b", re.ASCII)


def remedy(channel: Channel, code: str, *, told: str = "") -> str:
    """Return what is wrong and what to do where, in one or two sentences.

    `told` is the adapter's remedy in English: the server's address in it, as the platform saw it, is added.
    """
    said = REMEDIES[channel].get(code) or (_family(code))
    address = _ADDRESS.search(told)
    return f"{said}（地址是 {address.group()}）。" if address else f"{said}。"


def _family(code: str) -> str:
    """Return the words for what is told by the form of its code."""
    if code in _PASSING or code.startswith("http 5"):
        return _BUSY
    return _NOT_THEIRS if _REFUSED.fullmatch(code) else _UNLISTED
