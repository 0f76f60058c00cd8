"""What happened to a petition, as staff read it: one entry an event. Knows no HTML."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Final

from bot.console import words
from bot.messages import Reply
from bot.petitions.moved_dates import changes_of, kept_of
from bot.petitions.petition import Event, split_key
from bot.petitions.policy import TimeUnit
from bot.petitions.recorded import level_of, rating_of, reason_of
from bot.petitions.vocabulary import EventType, Role
from bot.petitions.wording import word

Say = Callable[[object], str]
"""Puts into words what has no language: `Phrasing.text`."""


@dataclass(frozen=True, slots=True, kw_only=True)
class EventWords:
    """One entry of the timeline: what happened, and what was said with it as (label, words)."""

    title: str
    said: tuple[tuple[str, str], ...] = ()
    tone: str = ""
    """`warn` or `late` for what the clocks did."""


def event_words(event: Event, *, channel: str, say: Say) -> EventWords:  # noqa: PLR0911 -- one sentence for each type of event
    """Say what an event was; `say` puts citizens' words into their language."""
    data = event.data
    match event.type:
        case EventType.FILED:
            return EventWords(title=f"市民通过{channel}提交诉求")
        case EventType.ACCEPTED:
            return EventWords(title="受理", said=_said(data, note="备注"))
        case EventType.REFUSED:
            return EventWords(title="不予受理", said=_said(data, reason="理由", elsewhere="建议去向"))
        case EventType.FORWARDED:
            how = "指定办理，转办至" if data.get("designated") else "转办至"
            return EventWords(title=f"{how}{data['unit_name']}", said=_said(data, unit_phone="单位电话", note="备注"))
        case EventType.ANSWERED:
            return EventWords(title=f"{data['unit_name']}答复", said=_said(data, text="答复"))
        case EventType.CLOSED:
            return EventWords(title="办结", said=_said(data, note="备注"))
        case EventType.WITHDRAWN:
            return EventWords(title="市民撤回诉求", said=_said(data, reason="原因"))
        case EventType.RATED:
            return EventWords(title=f"市民评价：{say(rating_of(data))}", said=_said(data, words="评语"))
        case EventType.WARNED:
            return EventWords(title=f"{say(_clock(data))}期限临近，亮黄灯", tone="warn")
        case EventType.PASSED:
            return EventWords(title=f"{say(_clock(data))}超时，亮红灯", tone="late")
        case EventType.RESCHEDULED:
            said = {"改期": say(changes_of(event)), "不提前": say(kept_of(event)), "依据": say(reason_of(event))}
            return EventWords(title="工作日历更新，重算期限", said=_filled(said))
        case _:
            return _counted(event) or _hop_words(event, say)


def _hop_words(event: Event, say: Say) -> EventWords:  # noqa: PLR0911 -- one sentence for each type of event
    """Say what happened between the hands it went through."""
    data = event.data
    match event.type:
        case EventType.SIGNED:
            silent = "到时未签收，视为签收" if data["silent"] else "签收"
            return EventWords(title=f"{data['unit_name']}{silent}", tone="late" if data["silent"] else "")
        case EventType.RETURNED:
            return EventWords(title=f"{data['unit_name']}退回", said=_said(data, reason="理由"))
        case EventType.COHANDLED:
            helpers = "、".join(row["name"] for row in data["units"])
            return EventWords(title=f"{data['unit_name']}牵头，{helpers}协办", said=_said(data, note="备注"))
        case EventType.CONTRIBUTED:
            return EventWords(title=f"{data['unit_name']}提出协办意见", said=_said(data, text="意见"))
        case EventType.ASKED:
            paused = "，暂停计时" if data["pauses"] else ""
            return EventWords(title=f"请市民补充{paused}", said=_said(data, question="问题"))
        case EventType.SUPPLEMENTED:
            count = len(data["attachments"])
            files = (("材料", f"{count} 个附件"),) if count else ()
            return EventWords(title="市民补充", said=(*_said(data, text="内容"), *files))
        case EventType.TRANSCRIBED:
            return EventWords(title="写下语音内容", said=_said(data, text="内容"))
        case EventType.ENRICHED:
            count = len(data["attachments"])
            files = (("材料", f"{count} 个附件"),) if count else ()
            return EventWords(title="补上了公开微博的原文", said=(*_said(data, text="内容"), *files))
        case EventType.RESUMED:
            title = "市民没有按时补充，恢复办理" if data["silent"] else "恢复办理"
            return EventWords(title=title, said=_said(data, note="备注"))
        case EventType.EXTENSION_ASKED:
            return EventWords(title=f"申请延期{_amount(data)}", said=_said(data, reason="理由"))
        case _:
            return _pressing_words(event, say)


_JOINING: Final = {EventType.JOINED: "加入", EventType.LEFT: "退出"}


def _counted(event: Event) -> EventWords | None:
    """Say that somebody joined or left; None for anything else."""
    what = _JOINING.get(event.type)
    return EventWords(title=f"有人{what}联名，共 {event.data['count']} 人") if what else None


def _pressing_words(event: Event, say: Say) -> EventWords:
    """Say what was decided, pressed for and done again."""
    data, reason = event.data, say(reason_of(event))
    match event.type:
        case EventType.EXTENDED:
            said = {"理由": reason, "答复期限": say(changes_of(event)), "备注": data["note"]}
            return EventWords(title=f"同意延期{_amount(data)}", said=_filled(said))
        case EventType.EXTENSION_REFUSED:
            return EventWords(title=f"不同意延期{_amount(data)}", said=_said(data, reason="理由"))
        case EventType.CHASED:
            return EventWords(title=f"市民第{data['count']}次催办", said=_said(data, words="原话"), tone="warn")
        case EventType.SUPERVISED:
            return EventWords(title="督办，须书面反馈", said=_filled({"事由": reason}), tone="late")
        case EventType.FEEDBACK:
            return EventWords(title=f"{data['unit_name']}督办反馈", said=_said(data, text="反馈"))
        case EventType.REDONE:
            who = "市民要求重办" if event.role is Role.CITIZEN else "重办"
            return EventWords(title=f"{who}，答复期限重新计算", said=_filled({"要求": reason}))
        case EventType.REVIEW_ASKED:
            return EventWords(title=f"市民申请{say(level_of(data))}", said=_said(data, reason="理由"))
        case EventType.REVIEWED:
            return EventWords(title=f"{say(level_of(data))}意见", said=_said(data, text="意见"))
        case _:
            raise ValueError(f"no words for {event.type}")


def _clock(data: Mapping[str, str]) -> Reply:
    return word(split_key(data["milestone"])[0])


def _amount(data: Mapping[str, object]) -> str:
    """`3个工作日`."""
    return f"{data['amount']}{words.UNITS[TimeUnit(str(data['measure']))]}"


def _said(data: Mapping[str, object], **labels: str) -> tuple[tuple[str, str], ...]:
    return _filled({label: str(data.get(name) or "") for name, label in labels.items()})


def _filled(said: Mapping[str, str]) -> tuple[tuple[str, str], ...]:
    return tuple((label, words) for label, words in said.items() if words)
