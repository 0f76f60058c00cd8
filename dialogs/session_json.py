"""The session as it is kept: one small JSON value.

A session is written by an older process and read by a newer one, or damaged by hand: reading never raises, and what
cannot be understood is a fresh session. Keys are one letter, because the value is read and written with every turn::

    v version   s state   b the step to come back to   t when the state was entered, epoch seconds (side states, menu)
    d draft: k kind  c content  p place  y latitude  x longitude  a attachments (inbound keys)  t phone
             o public (1, 0, absent: not asked yet)  z steps behind the citizen, one letter each
             m key of the mention it was made of
    w drafts made of mentions, or of another matter, waiting (each as d, with s when it began, epoch seconds)
    h 1: a bare mention was answered
    n 1: the notice about personal data was given   f 1: the last thing filed needs no second 提交
    l numbers (or verbs) offered for picking, or the words that came with a rating
    q number a side state is about, or the page of a list
    g rating just given
    u draft put away (as d), k when, epoch seconds   j what came after a silence (as d), until it is told what it is for
    i 1: reminded of the draft   x 1: a draft is gone, which is still to be told
    p a person of the staff: q waited for, h talking
    y 1: a petition filed elsewhere is followed
    m 1: spoken to in short words   c how often in a draft an answer was not understood
    e when wrong codes were given, epoch seconds   r text left over for 更多   o scene of the QR code that was followed
"""

import json
from collections.abc import Mapping
from typing import Any

import orjson

from bot.petitions.vocabulary import Kind, Rating
from dialogs.session import STEPS, Parts, Person, Session, State

VERSION = 1
LONGEST_REST = 6000
"""Characters kept for 更多: the session is read with every turn. An answer can be looked up by its number as well."""
_encode = json.JSONEncoder(ensure_ascii=False, separators=(",", ":")).encode
_NEEDS_DRAFT = frozenset({*STEPS, State.EDIT, State.CANCEL, State.OFFER})
_NO_DRAFT = frozenset({State.IDLE, State.MENU})
_STATES = {state.value: state for state in State}
_KINDS = {kind.value: kind for kind in Kind}
_RATINGS = {rating.value: rating for rating in Rating}
_PERSONS = {person.value: person for person in Person}


class _Damaged(Exception):
    """The value is no session of this version."""


def load_session(text: str) -> Session:
    """Read a session; '' , another version and anything damaged give a fresh one."""
    if not text:
        return Session()
    try:
        return _read(orjson.loads(text))
    except (ValueError, TypeError, KeyError, RecursionError, _Damaged):
        return Session()


def _read(data: Any) -> Session:  # noqa: ANN401 -- whatever stood in the JSON
    if type(data) is not dict or data.get("v") != VERSION:
        raise _Damaged
    get = data.get
    draft = get("d")
    session = Session(
        state=_STATES[data["s"]],
        back=_STATES[data["b"]] if "b" in data else None,
        since=_int(data["t"]) if "t" in data else 0,
        parts=None if draft is None else _read_parts(draft),
        notified=get("n") == 1,
        filed=get("f") == 1,
        numbers=_texts(data["l"]) if "l" in data else [],
        number=_text(data["q"]) if "q" in data else "",
        rating=_RATINGS[data["g"]] if "g" in data else None,
        wrong_codes=[_int(moment) for moment in data["e"]] if "e" in data else [],
        rest=_text(data["r"]) if "r" in data else "",
        scene=_text(data["o"]) if "o" in data else "",
        waiting=[_read_waiting(one) for one in data["w"]] if "w" in data else [],
        follows=get("y") == 1,
        greeted=get("h") == 1,
        person=_PERSONS[data["p"]] if "p" in data else Person.NONE,
    )
    if "m" in data or "c" in data:
        session.simple, session.struggles = get("m") == 1, _int(data["c"]) if "c" in data else 0
    if "u" in data or "i" in data or "j" in data or "x" in data:
        _read_lying(session, data)
    if (session.parts is None and session.state in _NEEDS_DRAFT) or (
        session.back is not None and session.back not in STEPS
    ):
        raise _Damaged
    if session.parts is not None and session.state in _NO_DRAFT:
        session.state = State.KIND
    return session


def _read_lying(session: Session, data: Mapping[str, Any]) -> None:
    """Read what belongs to drafts that were left lying."""
    if "u" in data:
        session.away, session.away_at = _read_parts(data["u"]), _int(data["k"])
    session.held = _read_parts(data["j"]) if "j" in data else None
    session.reminded = data.get("i") == 1
    session.lapsed = data.get("x") == 1


def _read_parts(data: Any) -> Parts:  # noqa: ANN401 -- whatever stood in the JSON
    if type(data) is not dict:
        raise _Damaged
    get = data.get
    public = get("o")
    content, place, phone, behind, origin = get("c", ""), get("p", ""), get("t", ""), get("z", ""), get("m", "")
    if not type(content) is type(place) is type(phone) is type(behind) is type(origin) is str:
        raise _Damaged
    return Parts(
        kind=_KINDS[data["k"]] if "k" in data else None,
        content=content,
        place=place,
        latitude=_degrees(data["y"]) if "y" in data else None,
        longitude=_degrees(data["x"]) if "x" in data else None,
        attachments=_texts(data["a"]) if "a" in data else [],
        phone=phone,
        public=None if public is None else public == 1,
        behind=behind,
        origin=origin,
    )


def _read_waiting(data: Any) -> Parts:  # noqa: ANN401 -- whatever stood in the JSON
    parts = _read_parts(data)
    parts.since = _int(data["s"]) if "s" in data else 0
    return parts


def _text(value: object) -> str:
    if type(value) is not str:
        raise _Damaged
    return value


def _texts(value: object) -> list[str]:
    if type(value) is not list or not all(type(one) is str for one in value):
        raise _Damaged
    return value


def _int(value: object) -> int:
    if type(value) is not int:
        raise _Damaged
    return value


def _degrees(value: object) -> float:
    if type(value) is not float and type(value) is not int:
        raise _Damaged
    return float(value)


def dump_session(session: Session) -> str:
    """Return the JSON form; what has its first value is left out."""
    data: dict[str, Any] = {"v": VERSION, "s": session.state}
    if session.back is not None:
        data["b"] = session.back
    if session.since:
        data["t"] = session.since
    if session.parts is not None:
        data["d"] = _parts_data(session.parts)
    if session.notified:
        data["n"] = 1
    if session.filed:
        data["f"] = 1
    if session.numbers or session.number or session.rating or session.wrong_codes or session.rest or session.scene:
        _dump_rest(session, data)
    if session.waiting:
        data["w"] = [_parts_data(one) | ({"s": one.since} if one.since else {}) for one in session.waiting]
    if session.greeted or session.follows:
        data |= {letter: 1 for letter, said in (("h", session.greeted), ("y", session.follows)) if said}
    if session.simple or session.struggles or session.away or session.held or session.reminded or session.lapsed:
        _dump_lying(session, data)
    if session.person:
        data["p"] = session.person
    try:
        return orjson.dumps(data).decode()
    except orjson.JSONEncodeError:  # half of a surrogate pair: it becomes U+FFFD, as in the database
        return _encode(data).encode("utf-16", "surrogatepass").decode("utf-16", "replace")


def _dump_rest(session: Session, data: dict[str, Any]) -> None:
    if session.numbers:
        data["l"] = session.numbers
    if session.number:
        data["q"] = session.number
    if session.rating is not None:
        data["g"] = session.rating
    if session.wrong_codes:
        data["e"] = session.wrong_codes
    if session.rest:
        data["r"] = session.rest
    if session.scene:
        data["o"] = session.scene


def _dump_lying(session: Session, data: dict[str, Any]) -> None:
    if session.simple:
        data["m"] = 1
    if session.struggles:
        data["c"] = session.struggles
    if session.away is not None:
        data["u"], data["k"] = _parts_data(session.away), session.away_at
    if session.held is not None:
        data["j"] = _parts_data(session.held)
    if session.reminded:
        data["i"] = 1
    if session.lapsed:
        data["x"] = 1


def _parts_data(parts: Parts) -> dict[str, Any]:
    data: dict[str, Any] = {}
    if parts.kind is not None:
        data["k"] = parts.kind
    if parts.content:
        data["c"] = parts.content
    if parts.place:
        data["p"] = parts.place
    if parts.latitude is not None:
        data["y"], data["x"] = parts.latitude, parts.longitude
    if parts.attachments:
        data["a"] = parts.attachments
    if parts.phone:
        data["t"] = parts.phone
    if parts.public is not None:
        data["o"] = int(parts.public)
    if parts.behind:
        data["z"] = parts.behind
    if parts.origin:
        data["m"] = parts.origin
    return data


def with_rest(session: str, rest: str) -> str:
    """Return the session (JSON) that gives `rest` when the citizen asks for 更多; '' clears it."""
    loaded = load_session(session)
    if loaded.rest == rest:
        return session
    loaded.rest = rest
    return dump_session(loaded)


def wants_short(session: str) -> bool:
    """Tell whether the citizen of this session (JSON) asked for short words."""
    return load_session(session).simple


def with_person(session: str, person: Person) -> str:
    """Return the session (JSON) of a citizen who now stands so with a person of the staff."""
    loaded = load_session(session)
    loaded.person = person
    return dump_session(loaded)


def with_more(session: str, rest: str) -> str:
    """Return the session with `rest` behind what is already left for 更多; of too much only `rest` is kept."""
    left = load_session(session).rest
    both = f"{left}\n\n{rest}" if left else rest
    return with_rest(session, both if len(both) <= LONGEST_REST else rest)


def forgotten(session: str) -> str:
    """Return what is kept of a session when the citizen leaves: only the wrong codes, or a guesser could go on."""
    loaded = load_session(session)
    return dump_session(Session(wrong_codes=loaded.wrong_codes)) if loaded.wrong_codes else ""
