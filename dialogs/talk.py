"""What every conversation works with: the office's catalogue made ready for reading, and the turn under way."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime

from bot.messages import Choice, Inbound, Option, Reply
from bot.petitions.acts import Act, possible
from bot.petitions.petition import Actor, Case
from bot.petitions.scenes import Scene, read_scene
from bot.petitions.vocabulary import Kind, Role
from dialogs.catalogue import Catalogue, KindChoice
from dialogs.danger import DangerWords
from dialogs.intents import Intent
from dialogs.lookups import Facts, Lookup
from dialogs.refusals import RefusalRules
from dialogs.session import STEP_LETTERS, Parts, Session, State
from dialogs.taps import labels
from dialogs.understanding import Ear, Heard

Answer = Reply | Lookup
"""What a conversation gives to a message it understood."""

_ASKED_ALWAYS = (State.CONTENT, State.PLACE, State.EVIDENCE)


class Office:
    """The catalogue, indexed once for the life of the process."""

    def __init__(self, catalogue: Catalogue) -> None:
        self.ear = Ear(catalogue.hearing)
        self.name = catalogue.office
        self.phone = catalogue.office_phone
        self.subscribing = catalogue.subscribing
        self.hours = catalogue.office_hours
        self.drafts = catalogue.drafts
        self.joining = catalogue.joining
        self.attended = catalogue.attended
        self.retention = catalogue.retention
        self.privacy_contact = catalogue.privacy_contact
        self._units = catalogue.units
        self._short = catalogue.short_units
        self._scenes = catalogue.scenes
        self.dangers = DangerWords(catalogue.dangers)
        self.refusals = RefusalRules(catalogue.refusals)
        self.kinds: Mapping[Kind, KindChoice] = {choice.kind: choice for choice in catalogue.kinds}
        self.kind_choices = tuple(Choice(id=f"kind:{choice.kind}", label=choice.label) for choice in catalogue.kinds)
        self.menu_choices: tuple[Choice | Option, ...] = (*self.kind_choices, Option(id="menu.mine"))
        self._steps = {choice.kind: _steps(choice) for choice in catalogue.kinds}
        self._words = {
            self.ear.fold(said): choice.kind for choice in catalogue.kinds for said in (choice.label, *choice.synonyms)
        }

        self.labels = labels(self.ear.fold, catalogue.write)
        """What stands on choices: folded label → state it is shown in → id."""

    def kind_said(self, heard: Heard) -> Kind | None:
        """Return the kind that a text names and nothing else: 投诉, 我要投诉, 我想咨询一下."""
        return self._words.get(heard.plain) or self._words.get(heard.bare)

    def kind_named(self, plain: str) -> Kind | None:
        """Return the kind whose name or synonym a folded text is, to the letter."""
        return self._words.get(plain)

    def steps(self, kind: Kind) -> tuple[State, ...]:
        """Return what is asked for a kind, in order, without kind and summary."""
        return self._steps.get(kind, _ASKED_ALWAYS)

    def next_step(self, parts: Parts) -> State:
        """Return the first step of a draft that is open: where the citizen goes on after anything was given."""
        if parts.kind is None:
            return State.KIND
        behind = parts.behind
        if parts.kind is Kind.CONSULT and parts.content:  # a question needs an answer, and nothing else of the citizen
            return State.SUMMARY
        for step in self.steps(parts.kind):
            if STEP_LETTERS[step] not in behind:
                return step
        return State.SUMMARY

    def names_kind(self, folded: str, kind: Kind) -> bool:
        """Whether a folded text has the name of a kind, or a word for it, somewhere."""
        return any(named in folded for named, of in self._words.items() if of is kind)

    def unit(self, identity: str) -> str:
        """Return the name of a unit; the office's for none."""
        return self._units.get(identity, identity) or self.name

    def scene(self, text: str) -> Scene | None:
        """Return what a scanned code says, None where it names no unit of ours."""
        scene = read_scene(text, self._scenes) if text else None
        return scene if scene is not None and scene.unit in self._units else None

    def scene_words(self, text: str) -> str | Reply:
        """Return the unit of a scanned code and its place in words, '' where it names none."""
        scene = self.scene(text)
        if scene is None:
            return ""
        unit = self._short.get(scene.unit) or self.unit(scene.unit)
        return Reply(phrase="scan.hall", values={"unit": unit, "hall": scene.hall}) if scene.hall else unit

    def public_allowed(self, kind: Kind) -> bool:
        """Whether a petition of this kind may be published; a 举报 never."""
        choice = self.kinds.get(kind)
        return kind is not Kind.REPORT and choice is not None and choice.public_allowed


def _steps(choice: KindChoice) -> tuple[State, ...]:
    if choice.kind is Kind.REPORT:
        return _ASKED_ALWAYS
    asked: tuple[State, ...] = _ASKED_ALWAYS
    if choice.phone_asked:
        asked = (*asked, State.PHONE)
    return (*asked, State.PUBLIC) if choice.public_allowed else asked


@dataclass(slots=True, kw_only=True)
class Talk:
    """One turn under way: what was said, what is known, and what is to be done."""

    office: Office
    ear: Ear
    """The office's own, which listens in its language."""
    session: Session
    message: Inbound
    now: datetime
    facts: tuple[Facts, ...]
    """What was looked up for this turn, in its order."""
    heard: Heard
    seen: datetime | None = None
    """When the citizen wrote before; None for a newcomer."""
    intents: list[Intent] = field(default_factory=list)

    @property
    def at(self) -> int:
        """The present moment in epoch seconds."""
        return int(self.now.timestamp())

    def found(self, lookup: Lookup) -> Facts | None:
        """Return what the caller found for `lookup`; None when it has not looked yet."""
        return next((facts for facts in self.facts if facts.lookup == lookup), None)

    def own(self, case: Case | None) -> Case | None:
        """Return `case` if it is this citizen's: they filed it, or showed its 查询码 from another platform."""
        return case if self.filed(case) or any(facts.followed and facts.case is case for facts in self.facts) else None

    def filed(self, case: Case | None) -> Case | None:
        """Return `case` if this citizen filed it with this very account."""
        return case if case is not None and case.petition.citizen == self.message.citizen.key else None

    def acts(self, case: Case) -> tuple[Act, ...]:
        """Return what the citizen may do to a case of theirs; it is withdrawn only where it was filed."""
        acts = possible(case, Actor(role=Role.CITIZEN, id=case.petition.citizen))
        return acts if self.filed(case) else tuple(act for act in acts if act is not Act.WITHDRAW)

    def able(self, act: Act, case: Case | None) -> Case | None:
        """Return `case` if it is this citizen's and they may do `act` to it."""
        own = self.own(case)
        return own if own is not None and self.can(act, own) else None

    def can(self, act: Act, case: Case) -> bool:
        """Tell whether the citizen may do `act` to a case of theirs."""
        return act in self.acts(case)
