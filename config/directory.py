"""The units (责任单位) and the matters (诉求类型、领域、类别) of a city, read from `units.toml` and `matters.toml`.

Knows nothing of petitions under way. What is suggested here is a help for the clerk; whom a petition must not reach is
decided in `bot.petitions.routing`.
"""

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from pathlib import Path
from types import MappingProxyType
from typing import Annotated

from pydantic import AfterValidator, Field

from bot.petitions.routing import Unit, named_in
from bot.petitions.vocabulary import Kind
from config.errors import DirectoryError, Problem
from config.faults import Checked, validated
from config.listening import DangerTable, RefusalRule, faults_of_dangers, faults_of_refusals
from config.policies import Urgency
from config.sections import Section
from config.sources import read_toml
from config.values import Slug, Words, matching, some

SUGGESTIONS = 5


@dataclass(frozen=True, slots=True, kw_only=True)
class KindRules:
    """How the dialog treats a kind: the words that choose it, and what it asks for.

    `public`: the citizen may choose 公开; `phone`: a telephone number is asked for.
    """

    kind: Kind
    synonyms: tuple[str, ...]
    public: bool
    phone: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class MatterField:
    """A field (领域) that groups categories."""

    id: str
    label: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Category:
    """What petitions are about (类别): the keywords that show it and the unit it usually goes to."""

    id: str
    label: str
    field: str
    keywords: tuple[str, ...]
    unit: str


@dataclass(frozen=True, slots=True, kw_only=True)
class UrgentWords:
    """The words of citizens that show an urgency (see `config.policies.Urgency`)."""

    id: Urgency
    keywords: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Directory:
    """The units and matters of the city, in the order of their files."""

    units: tuple[Unit, ...]
    kinds: tuple[KindRules, ...]
    fields: tuple[MatterField, ...]
    categories: tuple[Category, ...]
    urgencies: tuple[UrgentWords, ...] = ()
    dangers: DangerTable = field(default_factory=DangerTable)
    refusals: tuple[RefusalRule, ...] = ()
    scenes: Mapping[str, str] = field(default_factory=dict)
    """Number of a unit's QR code, where only numbers are possible → its id."""

    def unit(self, unit_id: str) -> Unit | None:
        """Return the unit of that id; old petitions may name one that is no longer there."""
        return next((unit for unit in self.units if unit.id == unit_id), None)

    def kind(self, kind: Kind) -> KindRules:
        """Return the rules of a kind; each kind has some."""
        return next(rules for rules in self.kinds if rules.kind is kind)

    def category(self, category_id: str) -> Category | None:
        """Return the category of that id."""
        return next((category for category in self.categories if category.id == category_id), None)

    def field(self, field_id: str) -> MatterField | None:
        """Return the field of that id."""
        return next((field for field in self.fields if field.id == field_id), None)

    def categories_in(self, text: str) -> tuple[Category, ...]:
        """Return the categories that `text` touches, most and longest keywords first, then in the order of the file."""
        weights = {c.id: sum(len(word) * text.count(word) for word in c.keywords) for c in self.categories}
        touched = [category for category in self.categories if weights[category.id]]
        return tuple(sorted(touched, key=lambda category: -weights[category.id]))

    def urgency_in(self, text: str) -> str:
        """Return the first urgency of the file whose words `text` holds, '' for an ordinary matter."""
        found = (urgency.id for urgency in self.urgencies if any(word in text for word in urgency.keywords))
        return next(found, "")

    def suggest(self, text: str) -> tuple[str, ...]:
        """Return the ids of up to five units for `text`: by its categories, then those it names; best first.

        A help only: for a 举报 the caller still takes away the units that are barred.
        """
        named = named_in(text, self.units)
        found = [c.unit for c in self.categories_in(text)] + [unit.id for unit in self.units if unit.id in named]
        return tuple(dict.fromkeys(found))[:SUGGESTIONS]


def load_directory(
    units_path: Path, matters_path: Path, *, kind_words: Mapping[Kind, str] = MappingProxyType({})
) -> Directory:
    """Read both files; raise `DirectoryError` with everything that is wrong in either.

    `kind_words` are what the kinds are called to citizens: no synonym may be the word of another kind.
    """
    problems: list[Problem] = []
    units = _read(_UnitsFile, units_path, problems)
    matters = _read(_MattersFile, matters_path, problems)
    if units is not None:
        problems += _faults_of_units(units.unit, units_path.name)
    if matters is not None:
        problems += _faults_of_kinds(matters.kind, kind_words, matters_path.name)
        problems += _faults_of_categories(matters, matters_path.name)
        problems += _repeated("urgency", [urgency.id for urgency in matters.urgency], matters_path.name)
        problems += faults_of_dangers(matters.danger, matters_path.name)
        problems += faults_of_refusals(matters.refusal, matters_path.name)
        problems += _repeated("refusal", [rule.id for rule in matters.refusal], matters_path.name)
    if units is not None and matters is not None:
        problems += _unknown_units(matters.category, {unit.id for unit in units.unit}, matters_path.name)
    if units is None or matters is None or problems:
        raise DirectoryError(problems)
    return Directory(
        units=tuple(
            Unit(**entry.model_dump(mode="json", exclude={"scene"}) | {"aliases": entry.aliases})
            for entry in units.unit
        ),
        kinds=tuple(
            KindRules(kind=entry.id, synonyms=entry.synonyms, public=entry.public, phone=entry.phone)
            for entry in matters.kind
        ),
        fields=tuple(MatterField(id=entry.id, label=entry.label) for entry in matters.field),
        categories=tuple(Category(**dict(entry)) for entry in matters.category),
        urgencies=tuple(UrgentWords(**dict(entry)) for entry in matters.urgency),
        dangers=matters.danger,
        refusals=matters.refusal,
        scenes={str(entry.scene): entry.id for entry in units.unit if entry.scene},
    )


class _Level(StrEnum):
    CITY = "city"
    COUNTY = "county"
    TOWN = "town"


_Name = Annotated[str, Field(min_length=2, max_length=60)]


_Phone = Annotated[
    str, AfterValidator(matching(r"[0-9+()-]{3,17}", "is no telephone number", "write 3 to 17 digits, + ( ) or -"))
]


class _Unit(Section):
    id: Slug
    name: _Name
    short: Annotated[str, Field(min_length=2, max_length=8)]
    phone: _Phone
    parent: str = ""
    level: _Level = _Level.CITY
    aliases: tuple[_Name, ...] = ()
    scene: Annotated[int, Field(ge=0, le=100_000)] = 0


class _UnitsFile(Section):
    unit: Annotated[tuple[_Unit, ...], AfterValidator(some)]


class _Kind(Section):
    id: Kind
    synonyms: tuple[_Name, ...] = ()
    public: bool
    phone: bool


class _Field(Section):
    id: Slug
    label: Words


class _Category(Section):
    id: Slug
    label: Words
    field: Slug
    keywords: Annotated[tuple[_Name, ...], AfterValidator(some)]
    unit: Slug


class _Urgency(Section):
    id: Urgency
    keywords: Annotated[tuple[_Name, ...], AfterValidator(some)]


class _MattersFile(Section):
    kind: tuple[_Kind, ...]
    field: Annotated[tuple[_Field, ...], AfterValidator(some)]
    category: Annotated[tuple[_Category, ...], AfterValidator(some)]
    urgency: tuple[_Urgency, ...] = ()
    danger: DangerTable = DangerTable()
    refusal: tuple[RefusalRule, ...] = ()


def _read(model: type[Checked], path: Path, problems: list[Problem]) -> Checked | None:
    unread: list[Problem] = []
    table = read_toml(path, unread)
    problems += unread
    return None if unread else validated(model, table, problems, file=path.name)


def _faults_of_units(units: tuple[_Unit, ...], file: str) -> Iterator[Problem]:
    yield from _repeated("unit", [unit.id for unit in units], file)
    numbers = [str(unit.scene) for unit in units if unit.scene]
    yield from _repeated("unit's QR code (scene)", numbers, file)
    parents = {unit.id: unit.parent for unit in units}
    for unit in units:
        if unit.parent and unit.parent not in parents:
            yield Problem(
                name=f"{file}: {unit.id}", what=f"its parent {unit.parent} is no unit", remedy="name one by id"
            )
        elif _is_circle(unit.id, parents):
            yield Problem(name=f"{file}: {unit.id}", what="is above itself", remedy="take one parent out of the circle")
    yield from _ambiguous({unit.id: (unit.name, unit.short, *unit.aliases) for unit in units}, file)


def _is_circle(unit_id: str, parents: Mapping[str, str]) -> bool:
    at, seen = parents[unit_id], set[str]()
    while at and at not in seen:
        if at == unit_id:
            return True
        seen.add(at)
        at = parents.get(at, "")
    return False


def _faults_of_kinds(kinds: tuple[_Kind, ...], words: Mapping[Kind, str], file: str) -> Iterator[Problem]:
    yield from _repeated("kind", [kind.id for kind in kinds], file)
    for missing in sorted(set(Kind) - {kind.id for kind in kinds}):
        yield Problem(name=f"{file}: {missing}", what="this kind has no entry", remedy="add a [[kind]] for it")
    for kind in kinds:
        if kind.id is Kind.REPORT and kind.public:
            yield Problem(name=f"{file}: {kind.id}", what="a 举报 is never public", remedy="set public = false")
    called = {kind.id: (words[kind.id],) if kind.id in words else () for kind in kinds}
    yield from _ambiguous({kind.id: (*called[kind.id], *kind.synonyms) for kind in kinds}, file)


def _faults_of_categories(matters: _MattersFile, file: str) -> Iterator[Problem]:
    yield from _repeated("field", [field.id for field in matters.field], file)
    yield from _repeated("category", [category.id for category in matters.category], file)
    fields = {field.id for field in matters.field}
    for category in matters.category:
        if category.field not in fields:
            what = f"its field {category.field} is not there"
            yield Problem(name=f"{file}: {category.id}", what=what, remedy="name the id of a [[field]]")


def _unknown_units(categories: Iterable[_Category], units: set[str], file: str) -> Iterator[Problem]:
    for category in categories:
        if category.unit not in units:
            what = f"its unit {category.unit} is not there"
            yield Problem(name=f"{file}: {category.id}", what=what, remedy="name the id of a [[unit]]")


def _repeated(what: str, ids: Iterable[str], file: str) -> Iterator[Problem]:
    for entry, count in Counter(ids).items():
        if count > 1:
            words = f"is the id of {count} {what} entries"
            yield Problem(name=f"{file}: {entry}", what=words, remedy="give each an id of its own")


def _ambiguous(names: Mapping[str, Iterable[str]], file: str) -> Iterator[Problem]:
    """Yield a problem for each name that two entries go by."""
    owners: dict[str, str] = {}
    for entry, words in names.items():
        for word in dict.fromkeys(words):
            if owners.setdefault(word, entry) != entry:
                what = f"{word} is a name of {owners[word]} too"
                yield Problem(name=f"{file}: {entry}", what=what, remedy="let each name mean one entry")
