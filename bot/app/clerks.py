"""Who handles petitions, as the office's settings have it: the registrar, the service, the desk.

The registrar files, the service does the acts of staff, persons answer at the desk. The command line makes them for
itself, beside a running gateway.
"""

from collections.abc import Callable
from datetime import timedelta

from bot.app.office import Office
from bot.intake.acting import Registrar
from bot.petitions.desk import Desk
from bot.petitions.office_hours import OfficeHours, Span
from bot.petitions.policy import Policy
from bot.petitions.ports import Storage
from bot.petitions.service import PetitionService
from bot.petitions.vocabulary import Kind
from config.sections import Person


def registrar_of(office: Office) -> Registrar:
    """Return what makes petitions of drafts by the office's calendar and policies.

    Where only the kind decides, the policies are chosen here once; else by the words of each petition.
    """
    policies, directory = office.policies, office.directory
    chosen = {kind: policies.for_petition(kind.value) for kind in Kind}

    def by_kind(kind: Kind, _words: str) -> Policy:
        return chosen[kind]

    def by_matter(kind: Kind, words: str) -> Policy:
        category = next((category.id for category in directory.categories_in(words)), "")
        return policies.for_petition(kind.value, category, directory.urgency_in(words))

    policy_of = by_matter if policies.by_matter else by_kind
    return Registrar(
        calendar=office.calendar, policy_of=policy_of, policies=policies.by_name, desk=desk_of(office.settings.person)
    )


def desk_of(person: Person) -> Desk | None:
    """Return when a person answers in the chat: the same hours each workday; None for never."""
    if not person.hours:
        return None
    spans = tuple(Span(opens=opens, closes=closes) for opens, closes in person.spans)
    return Desk(
        hours=OfficeHours(week=dict.fromkeys(range(7), spans)),
        wait=timedelta(minutes=person.wait_minutes),
        idle=timedelta(minutes=person.idle_minutes),
    )


def service_of(
    office: Office, storage: Storage, *, registrar: Registrar, on_commit: Callable[[], None]
) -> PetitionService:
    """Return what does the acts of staff."""
    return PetitionService(
        storage,
        units=office.directory.units,
        office=office.settings.office.name,
        terms_of=registrar.terms,
        on_commit=on_commit,
    )
