"""The questions: for every state the phrase that asks, its values, and what can be picked.

`lead` and `tail` among a reply's values are replies themselves: said before and after the question, on lines of their
own. An option without a label takes it from the phrase `choice.<id>`.
"""

from collections.abc import Mapping
from typing import Any

from bot.messages import Choice, Option, Reply
from bot.petitions.vocabulary import Kind, Rating, Solved
from bot.petitions.wording import word
from dialogs.session import ASIDES, STEP_LETTERS, STEPS, Parts, Session, State
from dialogs.talk import Office, Talk
from dialogs.taps import FIELDS

FROM_MENTION = 90
"""Characters of a mention that the citizen is reminded of."""
SIGNS = "①②③④⑤⑥"
"""What stands before the fields of the card, so that they are not taken for the numbers of its choices."""
_STRUGGLES = 2
SHORT_CONTENT = 200
"""Characters of the content that a summary repeats."""
RATINGS_IN_ORDER = tuple(Rating)
"""As they are offered, in notices too: a number typed in answer means one of these."""
SOLVED_IN_ORDER = tuple(Solved)


def _fixed(*ids: str) -> tuple[Option, ...]:
    return tuple(Option(id=one) for one in ids)


_FIXED: Mapping[State, tuple[Option, ...]] = {
    State.PLACE: _fixed("place.skip"),
    State.PHONE: _fixed("phone.skip"),
    State.PUBLIC: _fixed("public.yes", "public.no"),
    State.SUMMARY: _fixed("summary.submit", "summary.edit", "summary.cancel"),
    State.CANCEL: _fixed("cancel.yes", "cancel.no"),
    State.OFFER: _fixed("draft.on", "draft.anew"),
    State.WITHDRAW_CONFIRM: _fixed("withdraw.yes", "withdraw.no"),
    State.RATE_WORDS: _fixed("words.skip"),
    State.RATE_REDO: _fixed("redo.yes", "redo.no"),
    State.SUPPLEMENT: _fixed("supplement.done"),
}
_PICKS: Mapping[State, str] = {
    State.PICK: "look",
    State.WITHDRAW_PICK: "withdraw",
    State.CHASE_PICK: "chase",
    State.SUPPLEMENT_PICK: "supplement",
}
_PHRASES = {state: state.value for state in State}
_DONE, _NOTHING = _fixed("evidence.done"), _fixed("evidence.skip")


def fields(office: Office, parts: Parts) -> tuple[str, ...]:
    """Return the parts of this draft that can be changed, in the order of their numbers."""
    steps = office.steps(parts.kind) if parts.kind else (State.CONTENT,)
    return ("kind", *(name for name, state in FIELDS.items() if state in steps))


def choices(office: Office, session: Session) -> tuple[Choice | Option, ...]:
    """Return what can be picked in the present state; a typed number means one of these."""
    if (fixed := _FIXED.get(session.state)) is not None:
        return fixed
    match session.state:
        case State.MENU:
            return office.menu_choices
        case State.KIND:
            return office.kind_choices
        case State.EVIDENCE:
            return _DONE if session.parts and session.parts.attachments else _NOTHING
        case State.EDIT if session.parts is not None:
            return tuple(Option(id=f"field.{name}") for name in fields(office, session.parts))
        case state if (verb := _PICKS.get(state)) is not None:
            return tuple(Choice(id=f"{verb}:{number}", label=number) for number in session.numbers)
        case State.RATE_PICK | State.RATE_SOLVED:
            return _judgements(session)
        case _:
            return ()


def _judgements(session: Session) -> tuple[Option, ...]:
    if session.state is State.RATE_PICK:
        return tuple(Option(id=f"rate:{session.number}:{one}", label=word(one)) for one in RATINGS_IN_ORDER)
    ways = (Option(id=f"solved:{session.number}:{one}", label=word(one)) for one in SOLVED_IN_ORDER)
    return (*ways, *_fixed("solved.skip"))


def short(text: str, limit: int) -> str:
    """Return `text` on one line, cut to `limit` characters."""
    line = " ".join(text.split())
    return line if len(line) <= limit else line[: limit - 1] + "…"


def said(reply: Reply, *, lead: Reply | None = None, tail: Reply | None = None) -> Reply:
    """Return `reply` with something said before or after it; what it had there stays nearest to it."""
    values: dict[str, Any] = dict(reply.values)
    if lead is not None:
        values["lead"] = (lead, *values.get("lead", ()))
    if tail is not None:
        values["tail"] = (*values.get("tail", ()), tail)
    return Reply(phrase=reply.phrase, values=values, choices=reply.choices)


def question(talk: Talk, *, lead: Reply | None = None) -> Reply:
    """Ask what the present state asks; where nothing is asked, offer the menu."""
    asked = _asked(talk)
    if lead is None:
        return asked
    return said(_eased(talk, asked) if lead.phrase.startswith("wrong.") else asked, lead=lead)


def _eased(talk: Talk, asked: Reply) -> Reply:
    """Offer short words to who was not understood for the second time."""
    session = talk.session
    session.struggles += 1
    offer = session.struggles == _STRUGGLES and not session.simple
    return said(asked, lead=Reply(phrase="simple.offer")) if offer else asked  # choices stay the last


def _asked(talk: Talk) -> Reply:
    office, session = talk.office, talk.session
    if session.state in ASIDES:
        session.leave()
    state, parts = session.state, session.parts
    if parts is None:
        return menu(talk)
    picks = choices(office, session)
    match state:
        case State.CONTENT:
            values: dict[str, Any] = {"kind": word(parts.kind) if parts.kind else ""}
        case State.EVIDENCE if parts.attachments:
            return Reply(phrase="filing.evidence_more", values={"count": len(parts.attachments)}, choices=picks)
        case State.EVIDENCE:
            values = {"files": files(talk)}
        case State.SUMMARY:
            return Reply(phrase="filing.summary", values=_summary(office, parts, session.scene), choices=picks)
        case State.OFFER:
            values = {
                "kind": word(parts.kind) if parts.kind else "",
                "given": short(parts.content, FROM_MENTION),
            }
        case State.CANCEL:
            values = {"days": office.drafts.keep.days}
        case _:
            values = {}
    reply = Reply(phrase=_PHRASES[state], values=values, choices=picks)
    given = _given(state, parts)
    return said(reply, tail=given) if given else reply


def files(talk: Talk) -> Reply:
    """Return what kinds of files can be sent where the citizen writes: not every platform brings every kind."""
    return Reply(phrase=f"files.{talk.message.citizen.channel.value}")


def _given(state: State, parts: Parts) -> Reply | None:
    """Return what was given before at this step, so that it need not be remembered."""
    match state:
        case State.KIND if parts.kind is not None:
            return _said_before(word(parts.kind))
        case State.KIND if parts.origin:
            return Reply(phrase="filing.from_mention", values={"given": short(parts.content, FROM_MENTION)})
        case State.CONTENT:
            given = short(parts.content, SHORT_CONTENT)
        case State.PLACE if parts.place and STEP_LETTERS[State.PLACE] not in parts.behind:
            return Reply(phrase="filing.found_place", values={"given": parts.place})
        case State.PLACE:
            given = place(parts)
        case State.PHONE:
            given = parts.phone
        case State.PUBLIC if parts.public is not None:
            return Reply(phrase="filing.given_public" if parts.public else "filing.given_private")
        case _:
            given = ""
    return _said_before(given) if given else None


def _said_before(given: str | Reply) -> Reply:
    return Reply(phrase="filing.given", values={"given": given})


def place(parts: Parts) -> str:
    """Return the place in words; a pin without an address line shows its degrees."""
    if parts.place or parts.latitude is None:
        return parts.place
    return f"{parts.latitude:.5f}, {parts.longitude:.5f}"


def _summary(office: Office, parts: Parts, scene: str) -> dict[str, Any]:
    """Return the lines of the card, each with the sign that 改 takes: 改③ changes the third."""
    unit = office.scene_words(scene) if scene and parts.kind is not Kind.REPORT else ""
    at = dict(zip(fields(office, parts), SIGNS, strict=False))
    steps = office.steps(parts.kind) if parts.kind else ()
    where, label = place(parts), word(parts.kind) if parts.kind else ""
    lines = [
        Reply(phrase="summary.kind", values={"at": at.get("kind", ""), "kind": label}),
        *((Reply(phrase="summary.unit", values={"unit": unit}),) if unit else ()),
        Reply(
            phrase="summary.content",
            values={"at": at.get("content", ""), "content": short(parts.content, SHORT_CONTENT)},
        ),
        Reply(phrase="summary.place", values={"at": at.get("place", ""), "place": where})
        if where
        else Reply(phrase="summary.no_place", values={"at": at.get("place", "")}),
        Reply(phrase="summary.evidence", values={"at": at.get("evidence", ""), "count": len(parts.attachments)}),
    ]
    if parts.phone:
        lines.append(Reply(phrase="summary.phone", values={"at": at.get("phone", ""), "phone": parts.phone}))
    elif State.PHONE in steps:
        lines.append(Reply(phrase="summary.no_phone", values={"at": at.get("phone", "")}))
    shown = "summary.public" if is_public(office, parts) else "summary.private"
    lines.append(Reply(phrase=shown, values={"at": at.get("public", "")}))
    return {"lines": tuple(lines)}


def is_public(office: Office, parts: Parts) -> bool:
    """Whether the petition may be published: asked for, and allowed for its kind."""
    return bool(parts.public) and parts.kind is not None and office.public_allowed(parts.kind)


def menu(talk: Talk, *, phrase: str = "greeting.menu") -> Reply:
    """Offer the kinds and the look at one's own petitions; a number typed next picks one.

    Where a draft waits, go on with it instead: one made of a mention is asked for its kind.
    """
    if talk.session.parts is None and talk.session.waiting:
        talk.session.parts = talk.session.waiting.pop(0)
        talk.session.filed = False
        talk.session.enter(talk.office.next_step(talk.session.parts))
        return _asked(talk)
    talk.session.enter(State.MENU, at=talk.at)
    return Reply(phrase=phrase, values={"office": talk.office.name}, choices=talk.office.menu_choices)


def resume(talk: Talk, reply: Reply) -> Reply:
    """End a side conversation with `reply`; over a draft, its question follows."""
    session = talk.session
    session.leave()
    if session.state not in STEPS:
        return reply
    ask = question(talk)
    return Reply(
        phrase=reply.phrase,
        values={**reply.values, "tail": (Reply(phrase="draft.still"), ask)},
        choices=ask.choices,
    )
