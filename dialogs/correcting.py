"""Changing one's mind in a draft: 返回 one step, 修改 one field, 取消 after being asked once."""

from bot.messages import Reply
from bot.petitions.vocabulary import Kind
from dialogs.asking import choices, fields, question
from dialogs.gathering import proceed
from dialogs.hearing import Word
from dialogs.session import ASIDES, STEPS, Parts, State
from dialogs.talk import Talk
from dialogs.taps import FIELDS


def field_to_change(talk: Talk, parts: Parts) -> str:
    """Read 改3, 修改电话, 改一下地点; return the field's name, '' for anything else."""
    wanted = talk.ear.field_wanted(talk.heard.plain)
    return _named(talk, wanted, fields(talk.office, parts)) if wanted else ""


def kind_to_change(talk: Talk) -> Kind | None:
    """Read 点错了，改成咨询; return the kind that is meant, None for anything else."""
    wanted = talk.ear.kind_wanted(talk.heard.plain)
    return talk.office.kind_named(wanted) if wanted else None


def _named(talk: Talk, wanted: str, names: tuple[str, ...]) -> str:
    if name := talk.ear.fields.get(wanted):
        return name if name in names else ""
    place = talk.ear.ordinal(wanted)
    return names[place - 1] if 0 < place <= len(names) else ""


def edit(talk: Talk) -> Reply:
    """List the fields by number."""
    session = talk.session
    if session.parts is None:
        return question(talk, lead=Reply(phrase="filing.nothing"))
    _remember(talk)
    session.state = State.EDIT
    return question(talk)


def edit_field(talk: Talk, name: str) -> Reply:
    """Ask one field again; after the answer the citizen is back where the draft was open."""
    session = talk.session
    if session.parts is None:
        return question(talk, lead=Reply(phrase="filing.nothing"))
    if name not in fields(talk.office, session.parts):
        return question(talk, lead=Reply(phrase="wrong.field"))
    _remember(talk)
    session.state = FIELDS[name]
    return question(talk)


def _remember(talk: Talk) -> None:
    """Keep the step that 返回 and 继续 lead back to."""
    session = talk.session
    if session.state in ASIDES:
        session.leave()
    if session.state in STEPS and session.back is None:
        session.back = session.state


def pick_field(talk: Talk) -> Reply:
    """Read the answer to the list of fields."""
    heard, session = talk.heard, talk.session
    picks = choices(talk.office, session)
    name = talk.ear.fields.get(heard.plain, "")
    if 0 < heard.ordinal <= len(picks):
        name = picks[heard.ordinal - 1].id.removeprefix("field.")
    if not name and heard.word in {Word.NO, Word.CONTINUE, Word.SKIP}:
        return go_on(talk)
    return edit_field(talk, name) if name else question(talk, lead=Reply(phrase="wrong.field"))


def go_on(talk: Talk) -> Reply:
    """Leave the list or the question unanswered, back to the step it was asked at."""
    session = talk.session
    if session.back is None:
        return proceed(talk)
    session.enter(session.back)
    return question(talk)


def back(talk: Talk) -> Reply:
    """Go one step back (out of a side question, out of a change, else to the step before) and show what was given."""
    session, parts = talk.session, talk.session.parts
    if session.state in ASIDES:
        session.leave()
        return question(talk)
    if parts is None:
        return question(talk)
    if session.back is not None:
        return go_on(talk)
    way = (State.KIND, *(talk.office.steps(parts.kind) if parts.kind else ()), State.SUMMARY)
    place = way.index(session.state) if session.state in way else 0
    if place == 0:
        return question(talk, lead=Reply(phrase="filing.first_step"))
    session.enter(way[place - 1])
    return question(talk)


def cancel(talk: Talk) -> Reply:
    """Ask once whether the draft may go; a side conversation just ends."""
    session = talk.session
    if session.state in ASIDES:
        session.leave()
        return question(talk)
    if session.parts is None:
        return question(talk, lead=Reply(phrase="filing.nothing"))
    _remember(talk)
    session.state = State.CANCEL
    return question(talk)


def confirm_cancel(talk: Talk) -> Reply:
    """Read the answer to the question of `cancel`; only a clear yes drops the draft."""
    heard = talk.heard
    if heard.word in {Word.YES, Word.CANCEL} or heard.ordinal == 1:
        session = talk.session
        parts = session.parts
        session.drop_draft()
        session.away, session.away_at = parts, talk.at
        return question(talk, lead=Reply(phrase="filing.cancelled", values={"days": talk.office.drafts.keep.days}))
    if heard.word in {Word.NO, Word.CONTINUE, Word.BACK} or heard.ordinal == 2:  # noqa: PLR2004 -- the second of two
        return go_on(talk)
    return question(talk, lead=Reply(phrase="wrong.cancel"))
