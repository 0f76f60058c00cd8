"""Why a message went the way it went, or waits, in words for staff: the reasons of the reach ladder, form by form.

They come as they are stored; that every one has its words is held by a test.
"""

from typing import Final

RUNGS: Final = {
    "message": "客服消息",
    "template": "模板消息",
    "subscription": "订阅通知",
    "mention_reply": "被@后的私信",
    "public_comment": "公开评论",
}
REASONS: Final = {
    "window_open": "可以发",
    "follows": "已关注，可以发",
    "granted": "已同意订阅",
    "mention_permits": "可以回一条",
    "spoke_in_public": "可以公开评论",
    "never_seen": "市民没有联系过这个账号",
    "window_shut": "市民很久没联系，不在可发送时段",
    "window_closes": "可发送时段马上结束",
    "window_spent": "可发的条数已用完",
    "not_following": "市民没有关注",
    "no_template": "没有可用的模板",
    "no_grant": "市民没有同意，或者已用掉",
    "no_mention": "没有可回的@",
    "no_place": "没有可评论的地方，或者已评论过",
    "did_not_reach": "平台说送不到，等市民再联系",
    "same_again": "再发一次同一条",
    "unclear": "可能已经送到，不再自动重发",
    "rests": "账号暂停发送，到时再发",
}


def reason(detail: str) -> str:
    """Return a stored reason in words; what is no reason of the ladder stays as it is."""
    said = []
    for part in detail.split("; "):
        rung, _, why = part.partition(": ")
        if rung not in RUNGS or why not in REASONS:
            return detail
        said.append(f"{RUNGS[rung]}：{REASONS[why]}")
    return "；".join(said)
