"""`deadline`: what a policy promises for a filing, with the steps of the count, without any petition."""

import json
import re
from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Annotated

import typer

from bot.clock import SHANGHAI, local
from bot.commands.calendar import calendar_in
from bot.commands.running import Config, end, office_of
from bot.petitions.calendar import CalendarError, WorkCalendar
from bot.petitions.deadlines import Extension, Pause, due
from bot.petitions.explanation import explain
from bot.petitions.policy import Policy, Rule
from bot.petitions.vocabulary import Kind, MilestoneName
from bot.phrasing import Phrasing
from config.policies import Policies, Urgency

_EXTEND = re.compile(r"([1-9][0-9]{0,3}) ?(hours|workdays|days)?")
_PAUSED = frozenset({MilestoneName.ANSWER})
"""The clocks that stand still while the citizen is asked (待补充), and that can be extended (延期)."""


def deadline(
    config: Config = None,
    *,
    policy: Annotated[str, typer.Option(help="Name of a policy; the one the office would choose when not given.")] = "",
    kind: Annotated[str, typer.Option(help="consult, help, complaint, report, suggest or praise")],
    filed: Annotated[str, typer.Option(help="When it was filed, e.g. 2026-11-21T09:30; Beijing time unless said.")],
    category: Annotated[str, typer.Option(help="Category id, where the policy makes a difference.")] = "",
    urgency: Annotated[str, typer.Option(help="emergency, urgent or complex; nothing for an ordinary one.")] = "",
    extend: Annotated[
        list[str] | None, typer.Option(help="More time for the answer in its own unit, e.g. 3; may be repeated.")
    ] = None,
    pause: Annotated[
        list[str] | None,
        typer.Option(metavar="FROM..TO", help="A time the answer clock stood still (待补充); may be repeated."),
    ] = None,
    review: Annotated[str, typer.Option(help="When 复查 was requested.")] = "",
    recheck: Annotated[str, typer.Option(help="When 复核 was requested.")] = "",
) -> None:
    """Print as one JSON object when a petition's milestones are due, and why."""
    office = office_of(config)
    chosen = _policy(office.policies, policy, kind=kind, category=category, urgency=urgency)
    starts = [(rule, _moment("--filed", filed)) for rule in chosen.rules]
    for option, name, text in (
        ("--review", MilestoneName.REVIEW, review),
        ("--recheck", MilestoneName.RECHECK, recheck),
    ):
        if text:
            starts.append((_later(chosen, name), _moment(option, text)))
    extensions = _extensions(chosen, extend or ())
    pauses = tuple(_pause(text) for text in pause or ())
    _, calendar = calendar_in(office)
    try:
        milestones = [
            _milestone(
                rule,
                start,
                calendar,
                pauses=pauses if rule.name in _PAUSED else (),
                extensions=extensions if rule.name in _PAUSED else (),
                phrasing=office.phrasing,
            )
            for rule, start in starts
        ]
    except CalendarError as error:
        end(str(error))
    except OverflowError:
        end(f"--filed lies outside the work calendar, which covers {calendar.first} to {calendar.last}: {filed!r}")
    print(json.dumps({"policy": policy or chosen.name, "milestones": milestones}, ensure_ascii=False))


def _policy(policies: Policies, name: str, *, kind: str, category: str, urgency: str) -> Policy:
    if kind not in set(Kind):
        end(f"--kind is one of {', '.join(Kind)}, not {kind!r}")
    if urgency and urgency not in set(Urgency):
        end(f"--urgency is one of {', '.join(Urgency)}, not {urgency!r}")
    if not name:
        return policies.for_petition(kind, category, urgency)
    if name not in policies.by_name:
        end(f"there is no policy {name!r}; policies: {', '.join(policies.names)}")
    return policies.named(name, kind, category, urgency)


def _later(policy: Policy, name: MilestoneName) -> Rule:
    return policy.rule(name) or end(f"policy {policy.name} has no {name}")


def _moment(option: str, text: str) -> datetime:
    """Read an ISO date or moment; one without an offset is Beijing time."""
    try:
        moment = datetime.fromisoformat(text.strip())
    except ValueError:
        end(f"{option} is a moment such as 2026-11-21T09:30 or 2026-11-21T09:30:00+08:00, not {text!r}")
    return moment if moment.tzinfo else moment.replace(tzinfo=SHANGHAI)


def _pause(text: str) -> Pause:
    begin, dots, stop = text.partition("..")
    if not dots:
        end(f"--pause is FROM..TO, two moments such as 2026-11-23T10:00..2026-11-26T10:00, not {text!r}")
    pause = Pause(start=_moment("--pause", begin), end=_moment("--pause", stop))
    if pause.end < pause.start:
        end(f"--pause ends before it begins: {text!r}")
    return pause


def _extensions(policy: Policy, texts: Sequence[str]) -> tuple[Extension, ...]:
    """Read the extensions of the answer, and hold them to what the policy allows."""
    if not texts:
        return ()
    answer = policy.rule(MilestoneName.ANSWER) or end(f"policy {policy.name} sets no limit for the answer to extend")
    extensions = tuple(_extension(text, answer) for text in texts)
    limit, total = policy.extension, sum(extension.amount for extension in extensions)
    if len(extensions) > limit.times:
        end(f"policy {policy.name} allows {limit.times} extension{'s' if limit.times != 1 else ''}, not {len(texts)}")
    if limit.most is not None and total > limit.most:
        end(f"policy {policy.name} allows an extension of at most {limit.most} {answer.unit}, not {total}")
    return extensions


def _extension(text: str, answer: Rule) -> Extension:
    found = _EXTEND.fullmatch(text.strip())
    if found is None or found[2] not in {None, answer.unit.value}:
        end(f"--extend is a whole number of {answer.unit}, the unit of the answer, not {text!r}")
    return Extension(amount=int(found[1]))


def _milestone(
    rule: Rule,
    start: datetime,
    calendar: WorkCalendar,
    *,
    pauses: Iterable[Pause],
    extensions: Iterable[Extension],
    phrasing: Phrasing,
) -> dict[str, str | bool | list[str]]:
    found = due(rule, start, calendar, pauses=pauses, extensions=extensions)
    steps = explain(rule, start, calendar, pauses=pauses, extensions=extensions)
    return {
        "name": rule.name.value,
        "due": local(found.due).isoformat(timespec="seconds"),
        "provisional": found.provisional,
        "explain": [phrasing.text(step) for step in steps],
    }
