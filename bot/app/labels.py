"""The few words that adapters say by themselves, out of the phrases: `platform.…`."""

from adapters.wechat.labels import Labels as WeChatLabels
from adapters.weibo.labels import Labels as WeiboLabels
from bot.messages import Reply
from bot.phrasing import Phrasing


def wechat_labels(phrasing: Phrasing) -> WeChatLabels:
    """Return what WeChat messages say by themselves."""
    return WeChatLabels(more=_said(phrasing, "more"), blank=_said(phrasing, "blank"))


def weibo_labels(phrasing: Phrasing) -> WeiboLabels:
    """Return what Weibo messages say by themselves."""
    return WeiboLabels(
        more=_said(phrasing, "more_line"),
        omitted=_said(phrasing, "omitted"),
        numbered=lambda number: _said(phrasing, "numbered", number=number),
        rival=_said(phrasing, "rival"),
        rival_address=_said(phrasing, "rival_address"),
    )


def _said(phrasing: Phrasing, name: str, **values: str) -> str:
    return phrasing.text(Reply(phrase=f"platform.{name}", values=values))
