"""What the console says: moments, lamps, events, failures in plain Chinese. It decides nothing and knows no HTML."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final, assert_never

from bot.clock import local
from bot.messages import Channel, CitizenRef, InboundKind
from bot.petitions.errors import (
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
from bot.petitions.lifecycle import Act
from bot.petitions.petition import Event, EventType, Lamp, MilestoneName, NoticeKind, Rating, State
from bot.petitions.ports import AttachmentState, Delivery, DeliveryOutcome, InboundState, OutboxState

CHANNELS: Final = {Channel.WECHAT: "微信", Channel.WEIBO: "微博"}
LAMPS: Final = {Lamp.RED: "红灯", Lamp.YELLOW: "黄灯", Lamp.GREEN: "绿灯", Lamp.NONE: "无灯"}
LAMP_SHAPES: Final = {Lamp.RED: "■", Lamp.YELLOW: "▲", Lamp.GREEN: "●", Lamp.NONE: "○"}
LAMP_MEANINGS: Final = {Lamp.RED: "已超期", Lamp.YELLOW: "临近期限", Lamp.GREEN: "期限内", Lamp.NONE: "不计时"}
INBOUND_STATES: Final = {InboundState.FAILED: "处理出错", InboundState.MALFORMED: "无法识别"}
INBOUND_KINDS: Final = {
    InboundKind.TEXT: "文字",
    InboundKind.IMAGE: "图片",
    InboundKind.VOICE: "语音",
    InboundKind.VIDEO: "视频",
    InboundKind.LOCATION: "位置",
    InboundKind.LINK: "链接",
    InboundKind.MENTION: "@提及",
}
OUTBOX_STATES: Final = {
    OutboxState.PENDING: "待发送",
    OutboxState.SENDING: "发送中",
    OutboxState.SENT: "已发出",
    OutboxState.WAITING: "等市民下次联系",
    OutboxState.UNKNOWN: "结果不明",
    OutboxState.DEAD: "发送失败",
}
OUTCOMES: Final = {
    DeliveryOutcome.STARTED: "已开始",
    DeliveryOutcome.ACCEPTED: "平台已接收",
    DeliveryOutcome.DELIVERED: "已送达",
    DeliveryOutcome.RETRY: "稍后重试",
    DeliveryOutcome.WINDOW_CLOSED: "不在可发送时段",
    DeliveryOutcome.UNREACHABLE: "无法联系到市民",
    DeliveryOutcome.REFUSED: "平台拒绝",
    DeliveryOutcome.CREDENTIALS: "公众号凭证有问题",
    DeliveryOutcome.UNKNOWN: "结果不明",
}
RUNGS: Final = {"message": "客服消息", "template": "模板消息"}
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
    "reply": "对话回复",
}
ATTACHMENT_STATES: Final = {AttachmentState.WANTED: "正在获取", AttachmentState.LOST: "未能取得"}
ACTIONS: Final = {
    "petition.accept": "受理",
    "petition.refuse": "不予受理",
    "petition.forward": "转办",
    "petition.answer": "答复",
    "petition.close": "办结",
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
    "file.original": "下载原件",
}
FIELDS: Final = {"reason": "理由", "elsewhere": "应当去哪里办", "text": "答复内容", "unit": "责任单位"}
_MINUTE = timedelta(minutes=1)


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


@dataclass(frozen=True, slots=True, kw_only=True)
class EventWords:
    """One entry of the timeline: what happened, and what was said with it as (label, words)."""

    title: str
    said: tuple[tuple[str, str], ...] = ()
    tone: str = ""
    """`warn` or `late` for what the clocks did."""


def event_words(event: Event, *, channel: str) -> EventWords:  # noqa: PLR0911 -- one sentence for each type of event
    """Say what an event was."""
    data = event.data
    match event.type:
        case EventType.FILED:
            return EventWords(title=f"市民通过{channel}提交诉求")
        case EventType.ACCEPTED:
            return EventWords(title="受理", said=_said(data, note="备注"))
        case EventType.REFUSED:
            return EventWords(title="不予受理", said=_said(data, reason="理由", elsewhere="建议去向"))
        case EventType.FORWARDED:
            return EventWords(title=f"转办至{data['unit_name']}", said=_said(data, unit_phone="单位电话", note="备注"))
        case EventType.ANSWERED:
            return EventWords(title=f"{data['unit_name']}答复", said=_said(data, text="答复"))
        case EventType.CLOSED:
            return EventWords(title="办结", said=_said(data, note="备注"))
        case EventType.WITHDRAWN:
            return EventWords(title="市民撤回诉求", said=_said(data, reason="原因"))
        case EventType.RATED:
            return EventWords(title=f"市民评价：{Rating(data['rating']).label}", said=_said(data, words="评语"))
        case EventType.WARNED:
            return EventWords(title=f"{MilestoneName(data['milestone']).label}期限临近，亮黄灯", tone="warn")
        case EventType.PASSED:
            return EventWords(title=f"{MilestoneName(data['milestone']).label}超时，亮红灯", tone="late")
        case EventType.RESCHEDULED:
            return EventWords(
                title="工作日历更新，重算期限", said=_said(data, changes="改期", kept="不提前", reason="依据")
            )
        case _:
            assert_never(event.type)


def _said(data: Mapping[str, object], **labels: str) -> tuple[tuple[str, str], ...]:
    return tuple((label, str(data[name])) for name, label in labels.items() if data.get(name))


def delivery_words(delivery: Delivery) -> str:
    """`客服消息：平台已接收`."""
    return f"{RUNGS.get(delivery.rung, delivery.rung)}：{OUTCOMES[delivery.outcome]}"


def fault(error: PetitionError) -> tuple[int, str]:
    """Return the HTTP status and the one plain sentence for an act that a rule forbade."""
    match error:
        case Stale():
            return 409, "这件诉求刚被别人处理过。请先看看最新情况，您写的内容还在下面。"
        case NotPossible(state=state, act=act):
            return 409, f"这件诉求现在是“{State(state).label}”，不能再{Act(act).label}。"
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
