"""What the platform tells of messages of ours and of citizens' subscriptions: events with a list in them.

TEMPLATESENDJOBFINISH speaks of one message, by fields of its own. The subscribe_msg_* events carry entries under
`SubscribeMsg…Event`, each a `List` element: one of them is a dict and several are a list, and the element around them
may itself come once or several times. Without a single entry nothing was decided.
"""

from collections.abc import Mapping
from typing import Any

from adapters.wechat.parsing import Fields
from bot.messages import Consent, DeliveryReport, Report

_ENTRIES = {
    "subscribe_msg_popup_event": "SubscribeMsgPopupEvent",
    "subscribe_msg_change_event": "SubscribeMsgChangeEvent",
    "subscribe_msg_sent_event": "SubscribeMsgSentEvent",
}
CONSENT_EVENTS = frozenset({"subscribe_msg_popup_event", "subscribe_msg_change_event"})
_BLOCKED = frozenset({"43101"})
"""The code of a sent event that says: the citizen does not, or no longer, subscribe."""


def read_reports(fields: Fields, event: str) -> tuple[Report, ...]:
    """Return what the event (in small letters) tells; raise ValueError for an entry that names nothing."""
    if event == "templatesendjobfinish":
        status = text_of(fields, "Status")
        return (_sent(text_of(fields, "MsgID"), success=status == "success", detail=status, blocked="block" in status),)
    entries = _entries(fields, _ENTRIES[event])
    if event not in CONSENT_EVENTS:
        if not entries:
            raise ValueError("a delivery report names no message")
        return tuple(_sent_entry(entry) for entry in entries)
    asked = event == "subscribe_msg_popup_event"
    return tuple(_consent(entry, asked=asked) for entry in entries)


def subject_of(fields: Fields) -> str:
    """Return what tells two such events of one citizen and second apart; '' for any other event."""
    parts = [text_of(fields, "MsgID")] if "MsgID" in fields else []
    for name in _ENTRIES.values():
        if name in fields:
            parts += [_telling(entry) for entry in _entries(fields, name)]
    return "+".join(parts)


def _telling(entry: Mapping[str, Any]) -> str:
    decided = f"{text_of(entry, 'TemplateId')}={text_of(entry, 'SubscribeStatusString')}"
    return text_of(entry, "MsgID") or decided


def text_of(fields: Mapping[str, Any], name: str) -> str:
    """Return a text field, '' where there is none; of a repeated one all texts, a line each."""
    value = fields.get(name, "")
    if isinstance(value, str):
        return value
    return "\n".join(part for part in value if isinstance(part, str)) if isinstance(value, list) else ""


def _sent(message_id: str, *, success: bool, detail: str, blocked: bool, template: str = "") -> DeliveryReport:
    if not message_id:
        raise ValueError("a delivery report names no message")
    return DeliveryReport(
        message_id=message_id, delivered=success, detail=detail, blocked=blocked and not success, template=template
    )


def _sent_entry(entry: Mapping[str, Any]) -> DeliveryReport:
    code = text_of(entry, "ErrorCode")
    return _sent(
        text_of(entry, "MsgID"),
        success=code == "0",
        detail=text_of(entry, "ErrorStatus"),
        blocked=code in _BLOCKED,
        template=text_of(entry, "TemplateId"),
    )


def _consent(entry: Mapping[str, Any], *, asked: bool) -> Consent:
    """Read a decision. Anything but accept is a no: only what was agreed to counts."""
    template = text_of(entry, "TemplateId")
    if not template:
        raise ValueError("a subscription names no template")
    return Consent(template=template, given=text_of(entry, "SubscribeStatusString").lower() == "accept", asked=asked)


def _entries(fields: Fields, name: str) -> list[Mapping[str, Any]]:
    """Return the entries in their order, whichever of the two levels is repeated."""
    return [
        entry
        for around in _each(fields.get(name))
        if isinstance(around, dict)
        for entry in _each(around.get("List"))
        if isinstance(entry, dict)
    ]


def _each(value: object) -> list[object]:
    return value if isinstance(value, list) else [value]
