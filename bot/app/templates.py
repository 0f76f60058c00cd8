"""Message templates out of the settings: compiled once, and tried on what every kind of notice can hold.

A template that could not be filled would be found out only when a citizen is to be told something. So each is filled at
start for every kind of notice it serves, with the longest real values and with those left empty that may be, and fitted
to the platform's limits: dates that no `time` field takes are found then, and a status that a `phrase` field would cut.
Each field that fails is a problem of its own.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from jinja2 import StrictUndefined, Template, TemplateError
from jinja2.sandbox import SandboxedEnvironment

from adapters.wechat.client import TemplateSpec
from adapters.wechat.fields import fit_fields
from bot.app.labels import wechat_labels
from bot.clock import SHANGHAI
from bot.messages import Reply
from bot.petitions.supervision import REVIEWS
from bot.petitions.vocabulary import Kind, NoticeKind
from bot.petitions.wording import provisional, statuses, word
from bot.phrasing import Phrasing
from config.accounts import SubscriptionTemplate, Term
from config.accounts import Template as TemplateSection
from config.errors import Problem, SettingsError
from config.values import FALLBACK_TEMPLATE

_SAMPLE: Mapping[str, Any] = {
    "number": "WQ20261121-0000019",
    "summary": "某小区夜间施工噪音" * 4,
    "time": datetime(2026, 11, 21, 15, 1, tzinfo=SHANGHAI),
    "unit": "云溪市住房和城乡建设局物业管理服务中心",
    "unit_phone": "0999-5550100",
    "note": "请核实" * 30,
    "reason": "不属于本市管辖" * 20,
    "elsewhere": "人民法院（依法提起诉讼）",
    "answer": "已答复。" * 500,
    "answer_due": provisional(date(2026, 12, 1)),
    "until": provisional(date(2026, 12, 1)),
    "question": "请补充照片和门牌号" * 20,
    "changes": "答复期限由12月1日改为12月3日" * 3,
    "co_units": "云溪市城市管理局、云溪市生态环境局",
}
"""The values every notice has (see `bot.petitions.notices`), at their longest: what citizens and officers write."""
_ALWAYS = frozenset({"number", "kind", "summary", "status", "time", "tip"})

_SINGLE = ("phrase", "short_thing")
"""Types of fields that take a single word and cut what is longer."""

_Fields = Mapping[str, Template]
_Values = Mapping[str, str]


def longest_values(phrasing: Phrasing) -> _Values:
    """Return what the fields of a template can be filled with, at its longest, as `Phrasing.short_fields` gives it."""
    words = {
        "kind": _longest(phrasing, map(word, Kind)),
        "status": _longest(phrasing, (one for kind in NoticeKind for one in statuses(kind))),
        "level": _longest(phrasing, map(word, REVIEWS.values())),
    }
    tips = [phrasing.short_fields(kind, {**_SAMPLE, **words}) for kind in NoticeKind]
    return max(tips, key=lambda fields: len(fields["tip"]))


def sparsest_values(phrasing: Phrasing) -> _Values:
    """Return the same with everything left empty that some notice leaves empty."""
    return {name: value if name in _ALWAYS else "" for name, value in longest_values(phrasing).items()}


def _longest(phrasing: Phrasing, words: Iterable[Reply]) -> str:
    return max((phrasing.text(one) for one in words), key=len)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Trial:
    """What templates are tried on."""

    longest: _Values
    sparsest: _Values
    blank: str


def compile_templates(
    templates: Mapping[str, TemplateSection | SubscriptionTemplate], *, where: str, phrasing: Phrasing
) -> Mapping[str, TemplateSpec]:
    """Compile what stands in the settings by notice kind; raise `SettingsError` with all that cannot be filled."""
    environment = SandboxedEnvironment(undefined=StrictUndefined, autoescape=False)
    trial = _Trial(
        longest=longest_values(phrasing), sparsest=sparsest_values(phrasing), blank=wechat_labels(phrasing).blank
    )
    specs, problems = {}, list[Problem]()
    for kind, template in templates.items():
        place = f"{where}.{kind}.fields"
        try:
            compiled = {name: environment.from_string(source) for name, source in template.fields.items()}
        except TemplateError as error:
            problems.append(_cannot_say(place, str(error)))
            continue
        served = _served(kind, templates)
        problems += _problems(compiled, place=place, serves=served, trial=trial)
        problems += _cut(compiled, phrasing, place=place, serves=served, trial=trial)
        lasting = isinstance(template, SubscriptionTemplate) and template.term is Term.LONG_TERM
        specs[kind] = TemplateSpec(id=template.id, fields=_filler(compiled), lasting=lasting)
    if problems:
        raise SettingsError(tuple(problems))
    return specs


def _served(kind: str, templates: Iterable[str]) -> tuple[NoticeKind, ...]:
    """Return which kinds of notice a template serves."""
    if kind != FALLBACK_TEMPLATE:
        return (NoticeKind(kind),)
    return tuple(one for one in NoticeKind if one not in set(templates))


def _problems(compiled: _Fields, *, place: str, serves: Iterable[str], trial: _Trial) -> Iterator[Problem]:
    """Yield the first fault of each field. Which values a kind leaves empty is not told apart: any may."""
    for name, template in compiled.items():
        for values in (trial.longest, trial.sparsest):
            try:
                value = template.render(values)
            except (TemplateError, TypeError, ValueError, ArithmeticError) as error:
                yield _cannot_say(f"{place}.{name}", str(error))
                break
            try:
                fit_fields({name: value}, blank=trial.blank)
            except ValueError:
                empty = " where a notice leaves its value empty" if values is trial.sparsest else ""
                yield Problem(
                    name=f"{place}.{name}",
                    what=f"has no value of its type{empty}; it serves {', '.join(serves)}",
                    remedy="use a value of that type, e.g. {{ time }} for a time (written by the phrase date.moment), "
                    "or give another with `or`",
                )
                break


def _cut(
    compiled: _Fields, phrasing: Phrasing, *, place: str, serves: Iterable[NoticeKind], trial: _Trial
) -> Iterator[Problem]:
    """Yield the fields for a single word that would not show some status as the phrases file has it."""
    shown = dict.fromkeys(phrasing.text(one) for kind in serves for one in statuses(kind))
    for name, template in compiled.items():
        if not name.startswith(_SINGLE):
            continue
        for status in shown:
            try:
                value = template.render({**trial.longest, "status": status}).strip()
                fitted = fit_fields({name: value}, blank=trial.blank)[name]
            except (TemplateError, TypeError, ValueError, ArithmeticError):
                break  # a problem of its own
            if value == status != fitted:
                yield Problem(
                    name=f"{place}.{name}",
                    what=f"would show the status {status!r} as {fitted!r}",
                    remedy="say it in five Chinese characters in the phrases file, or use a field of the type thing",
                )
                break


def _cannot_say(name: str, what: str) -> Problem:
    return Problem(name=name, what=what, remedy=f"use only the values {', '.join(sorted({*_SAMPLE, *_ALWAYS}))}")


def _filler(compiled: _Fields) -> Callable[[Mapping[str, str]], Mapping[str, str]]:
    def fill(values: Mapping[str, str]) -> Mapping[str, str]:
        return {name: template.render(values) for name, template in compiled.items()}

    return fill
