"""What the console says: moments, lamps, failures in plain Chinese. It decides nothing and knows no HTML."""

import re
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Final

from bot.clock import local
from bot.console import reach_words
from bot.console.act_words import ACTS
from bot.messages import Channel, CitizenRef, InboundKind
from bot.petitions.acts import Act
from bot.petitions.attachment_ports import AttachmentState
from bot.petitions.errors import (
    Hindered,
    Hindrance,
    Incomplete,
    LeakRefused,
    NotAllowed,
    NotPossible,
    PetitionError,
    Stale,
    UnknownPetition,
    UnknownUnit,
    WrongNumber,
)
from bot.petitions.outbox_ports import Delivery, DeliveryOutcome, OutboxState
from bot.petitions.policy import TimeUnit
from bot.petitions.turn_ports import InboundRecord, InboundState
from bot.petitions.vocabulary import Lamp, NoticeKind, State
from bot.petitions.wording import word

UNITS: Final = {TimeUnit.HOURS: "小时", TimeUnit.WORKDAYS: "个工作日", TimeUnit.DAYS: "日"}
CHANNELS: Final = {Channel.WECHAT: "微信", Channel.WEIBO: "微博"}
LAMPS: Final = {Lamp.RED: "红灯", Lamp.YELLOW: "黄灯", Lamp.GREEN: "绿灯", Lamp.NONE: "无灯"}
LAMP_SHAPES: Final = {Lamp.RED: "■", Lamp.YELLOW: "▲", Lamp.GREEN: "●", Lamp.NONE: "○"}
LAMP_MEANINGS: Final = {Lamp.RED: "已超期", Lamp.YELLOW: "临近期限", Lamp.GREEN: "期限内", Lamp.NONE: "不计时"}
INBOUND_STATES: Final = {InboundState.FAILED: "处理出错", InboundState.MALFORMED: "无法识别"}
_QUARANTINED: Final = "quarantined"
INBOUND_KINDS: Final = {
    InboundKind.TEXT: "文字",
    InboundKind.IMAGE: "图片",
    InboundKind.VOICE: "语音",
    InboundKind.VIDEO: "视频",
    InboundKind.LOCATION: "位置",
    InboundKind.LINK: "链接",
    InboundKind.DOCUMENT: "文件、表情包等（没有收下）",
    InboundKind.MENTION: "@提及",
}
OUTBOX_STATES: Final = {
    OutboxState.PENDING: "待发送",
    OutboxState.SENDING: "发送中",
    OutboxState.SENT: "已发出",
    OutboxState.WAITING: "等市民下次联系",
    OutboxState.UNKNOWN: "结果不明",
    OutboxState.DEAD: "发送失败",
    OutboxState.LAPSED: "过时不发",
    OutboxState.MERGED: "已被后来的消息代替",
    OutboxState.DROPPED: "已放弃发送",
}
OUTCOMES: Final = {
    DeliveryOutcome.STARTED: "已开始",
    DeliveryOutcome.ACCEPTED: "平台已接收",
    DeliveryOutcome.DELIVERED: "已送达",
    DeliveryOutcome.RETRY: "稍后重试",
    DeliveryOutcome.WINDOW_CLOSED: "不在可发送时段",
    DeliveryOutcome.UNREACHABLE: "无法联系到市民",
    DeliveryOutcome.REFUSED: "平台拒绝",
    DeliveryOutcome.FIELD_REJECTED: "模板内容不合平台格式",
    DeliveryOutcome.QUOTA: "发得太多，平台限流，稍后重试",
    DeliveryOutcome.CREDENTIALS: "公众号凭证有问题",
    DeliveryOutcome.UNKNOWN: "结果不明",
}
MENTION_SENSES: Final = {"bare": "只有@", "praise": "表扬", "spam": "广告"}
NOTICES: Final = {
    NoticeKind.ACCEPTED.value: "受理通知",
    NoticeKind.REFUSED.value: "不予受理通知",
    NoticeKind.FORWARDED.value: "转办通知",
    NoticeKind.RESPONSE_OVERDUE.value: "响应超时告知",
    NoticeKind.ANSWER_DUE_SOON.value: "明日到期告知",
    NoticeKind.ANSWER_OVERDUE.value: "答复超时告知",
    NoticeKind.ANSWERED.value: "答复",
    NoticeKind.CLOSED.value: "办结与评价邀请",
    NoticeKind.RESCHEDULED.value: "期限调整告知",
    NoticeKind.SIGNED.value: "签收告知",
    NoticeKind.RETURNED.value: "重新确定单位告知",
    NoticeKind.COHANDLED.value: "协办告知",
    NoticeKind.ASKED.value: "请市民补充",
    NoticeKind.RESUMED.value: "恢复办理告知",
    NoticeKind.EXTENDED.value: "延期告知",
    NoticeKind.SUPERVISED.value: "督办告知",
    NoticeKind.REDONE.value: "重新办理告知",
    NoticeKind.REVIEW_TAKEN.value: "复查复核受理告知",
    NoticeKind.REVIEWED.value: "复查复核意见",
    NoticeKind.REVIEW_OVERDUE.value: "复查复核超时告知",
    NoticeKind.JOINED_ENDED.value: "联名者办结告知",
    "reply": "对话回复",
    "draft": "草稿提醒",
    "mention": "公开答复",
}
OWN_DETAILS: Final = {
    "no permitted way now; waits for the next contact": "现在没有平台允许的发送方式",
    "said in public that there is news; the words wait for the next contact": "已公开评论有新进展，内容等市民私信时发",
    "the account is paused": "账号暂停发送，修好后自动接着发",
    "the phrase could not be rendered": "话术有错，没能生成这条消息",
    "the sender died on the way": "发送时程序中断，不知道发出没有",
}
_MERGED: Final = re.compile(r"merged into (\w+) \(#\d+\)")
ATTACHMENT_STATES: Final = {AttachmentState.WANTED: "正在获取", AttachmentState.LOST: "未能取得"}
ACTIONS: Final = {
    **{f"petition.{act}": label for act, label in ACTS.items()},
    "calendar.imported": "导入工作日历",
    "calendar.applied": "按新日历重算期限",
    "console.signed_in": "登录",
    "console.sign_in_failed": "登录失败",
    "console.signed_out": "退出",
    "console.password_changed": "修改密码",
    "user.added": "新增用户",
    "user.disabled": "停用用户",
    "user.enabled": "启用用户",
    "user.password_reset": "重置密码",
    "outbox.replayed": "重发消息",
    "outbox.dropped": "放弃消息",
    "account.resumed": "恢复账号发送",
    "alarm.seen": "处置紧急情况",
    "chat.taken": "接入会话",
    "chat.taken_over": "接管会话",
    "chat.ended": "结束会话",
    "file.original": "下载原件",
    "file.transcribed": "写下语音内容",
}
FIELDS: Final = {
    "reason": "理由",
    "elsewhere": "应当去哪里办",
    "text": "答复内容",
    "unit": "责任单位",
    "units": "协办单位",
    "question": "请市民补充什么",
    "amount": "延长多少",
}
HINDRANCES: Final = {
    Hindrance.SIGNED: "这件诉求已经签收，或者不需要签收。",
    Hindrance.DESIGNATED: "这是指定办理，不能退回。",
    Hindrance.RETURN_LATE: "退回的时限已过，视为签收。",
    Hindrance.NO_ANSWER_CLOCK: "现在没有答复期限在计时。",
    Hindrance.ANSWER_PASSED: "答复期限已过，不能再申请延期。",
    Hindrance.EXTENSION_PENDING: "已经申请了延期，请等督办员批复。",
    Hindrance.EXTENSIONS_SPENT: "延期次数已用完。",
    Hindrance.EXTENSION_TOO_LONG: "延长得太多，超过了规定的上限。",
    Hindrance.NO_EXTENSION: "现在没有待批的延期申请。",
    Hindrance.CHASED_LATELY: "一个工作日内已经催办过。",
    Hindrance.SUPERVISED: "这件诉求正在督办，请先等书面反馈。",
    Hindrance.NO_FEEDBACK: "现在没有待反馈的督办。",
    Hindrance.NOT_DISSATISFIED: "市民没有评价不满意，不能重办。",
    Hindrance.REDO_LATE: "重办的时限已过。",
    Hindrance.REDOS_SPENT: "这件诉求不能再重办。",
    Hindrance.NO_REVIEW: "这件诉求现在不能复查或复核。",
    Hindrance.NOT_JOINABLE: "没有公开的诉求和举报不能联名。",
    Hindrance.REVIEW_LATE: "申请复查或复核的时限已过。",
    Hindrance.TWICE: "同一个单位不能重复，承办单位不用再协办。",
}
_MINUTE = timedelta(minutes=1)


def inbound_word(record: InboundRecord) -> str:
    """Return what went wrong with a message that came in."""
    if record.state is InboundState.MALFORMED and record.detail.startswith(_QUARANTINED):
        return "疑似伪造，已隔离"
    return INBOUND_STATES.get(record.state, record.state.value)


def moment(at: datetime) -> str:
    """`2026-11-21 09:30`, Beijing time."""
    return f"{local(at):%Y-%m-%d %H:%M}"


def short_moment(at: datetime) -> str:
    """`11-21 09:30`, Beijing time."""
    return f"{local(at):%m-%d %H:%M}"


def span(length: timedelta) -> str:
    """`1天3小时`, `5小时20分` or `8分`: the two largest units, never below a minute."""
    minutes = max(int(length / _MINUTE), 0)
    days, hours, rest = minutes // 1440, minutes // 60 % 24, minutes % 60
    if days:
        return f"{days}天{hours}小时" if hours else f"{days}天"
    if hours:
        return f"{hours}小时{rest}分" if rest else f"{hours}小时"
    return f"{rest}分" if rest else "不到1分"


def time_left(due: datetime, now: datetime) -> str:
    """`剩 5小时20分` or `超 1天3小时`."""
    return f"剩 {span(due - now)}" if now <= due else f"超 {span(now - due)}"


def masked_phone(phone: str) -> str:
    """`138****1234`: only what is needed to recognise it."""
    shown = 7
    if len(phone) <= shown:
        return "*" * len(phone)
    return f"{phone[:3]}{'*' * (len(phone) - shown)}{phone[-4:]}"


def masked_user(user: str) -> str:
    """Return the first and last characters of an openid or uid."""
    kept = 3
    return f"{user[:kept]}…{user[-kept:]}" if len(user) > 2 * kept else "…"


def channel_of(citizen: str) -> str:
    """Return the platform of a citizen's key as staff call it."""
    return CHANNELS[CitizenRef.parse(citizen).channel]


def size(length: int) -> str:
    """`1.2 MB`."""
    kilo, mega = 1024, 1024 * 1024
    return f"{length / mega:.1f} MB" if length >= mega else f"{max(length / kilo, 0.1):.1f} KB"


def delivery_words(delivery: Delivery, *, with_others: bool = False) -> str:
    """`客服消息：平台已接收`; `with_others` when it is the attempt of an older message that this one left with."""
    words = f"{reach_words.RUNGS.get(delivery.rung, delivery.rung)}：{OUTCOMES[delivery.outcome]}"
    return f"{words}（与较早的消息一起发出）" if with_others else words


def outbox_detail(detail: str) -> str:
    """Return why a message stands where it does; what the gateway itself says is put into Chinese."""
    if merged := _MERGED.fullmatch(detail):
        return f"由后来的“{NOTICES.get(merged[1], merged[1])}”代替"
    return OWN_DETAILS.get(detail) or reach_words.reason(detail)


def fault(error: PetitionError, *, say: Callable[[object], str]) -> tuple[int, str]:  # noqa: PLR0911 -- a sentence each
    """Return the HTTP status and the one plain sentence for an act that a rule forbade; `say` as in `history`."""
    match error:
        case Stale():
            return 409, "这件诉求刚被别人处理过。请先看看最新情况，您写的内容还在下面。"
        case NotPossible(state=state, act=act):
            return 409, f"这件诉求现在是“{say(word(State(state)))}”，不能再{ACTS[Act(act)]}。"
        case Hindered(why=why):
            return 409, HINDRANCES[why]
        case LeakRefused(unit=unit):
            return 422, f"这件举报提到了{unit}，不能转给被举报的单位。确需转办的，由督办员写明理由后办理。"
        case Incomplete(field=field):
            return 422, f"请填写{FIELDS.get(field, field)}。"
        case UnknownUnit():
            return 422, "请选择责任单位。"
        case NotAllowed():
            return 403, "您的岗位不能做这一步。"
        case UnknownPetition() | WrongNumber():
            return 404, "没有这件诉求，或者它不归您办理。"
        case _:
            return 422, "这一步现在不能办理。"
