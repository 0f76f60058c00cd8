"""One office's data, loaded and checked together: settings, units, matters, time limits, phrases.

Everything that is wrong anywhere is told at once, so that an operator mends it in one go.
"""

from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import TypeVar

from bot.errors import GatewayError
from bot.messages import Channel
from bot.petitions.calendar import WorkCalendar
from bot.petitions.vocabulary import Kind
from bot.petitions.wording import word
from bot.phrasing import PhraseError, Phrasing
from config.calendar_seed import seed_calendar
from config.directory import Directory, load_directory
from config.errors import ConfigError, Problem, SettingsError
from config.hearing import load_hearing
from config.menu import MenuButton, load_menu
from config.phrases import check_phrases, load_phrases
from config.policies import Policies, PolicyError
from config.policy_file import load_policies
from config.sections import Phrases
from config.settings import Settings, config_paths, load_settings
from config.values import FALLBACK_TEMPLATE
from dialogs.catalogue import Catalogue, Danger, Dangers, DraftTimes, KindChoice, Refusal, Subscribing
from dialogs.commands import MENU_KEYS
from dialogs.hearing import FORM, Hearing, Lengths
from dialogs.needed import NEEDED
from dialogs.spoken import SPOKEN

T = TypeVar("T")


@dataclass(frozen=True, slots=True, kw_only=True)
class Office:
    """Everything that is fixed for the life of the process."""

    settings: Settings
    directory: Directory
    policies: Policies
    phrasing: Phrasing
    calendar: WorkCalendar
    catalogue: Catalogue
    menu: tuple[MenuButton, ...]


def load_office(path: Path | None, *, environ: Mapping[str, str]) -> Office:
    """Load all of it; raise one `SettingsError` with every problem found."""
    problems: list[Problem] = []
    settings = _try(problems, lambda: load_settings(path, environ=environ))
    files = _try(problems, lambda: config_paths(path, environ=environ))
    if files is None:
        raise SettingsError(_unique(problems))
    language = settings.phrases.language if settings is not None else _LANGUAGE
    phrasing = _try(problems, lambda: _phrasing(_in_language(files.phrases, language), problems))
    words = _kind_words(phrasing) if phrasing is not None else {}
    hearing = _try(problems, lambda: hearing_of(_heard_in(files.hearing, language)))
    directory = _try(problems, lambda: load_directory(files.units, files.matters, kind_words=words))
    policies = _try(problems, lambda: load_policies(files.deadlines))
    menu = _try(problems, lambda: load_menu(files.menu, keys=MENU_KEYS))
    if directory is not None and policies is not None:
        problems += _unknown_categories(policies, directory)
    if settings is None or directory is None or policies is None or menu is None:
        raise SettingsError(_unique(problems))
    if phrasing is None or hearing is None or problems:
        raise SettingsError(_unique(problems))
    return Office(
        settings=settings,
        directory=directory,
        policies=policies,
        phrasing=phrasing,
        calendar=seed_calendar(),
        catalogue=_catalogue(settings, directory, phrasing, hearing),
        menu=menu,
    )


_LANGUAGE = Phrases().language


def phrases_file(path: Path | None, *, environ: Mapping[str, str]) -> Path:
    """Return the file that citizens are spoken to from, by the settings; raise `ConfigError` when these are wrong."""
    files = config_paths(path, environ=environ)
    return _in_language(files.phrases, load_settings(path, environ=environ).phrases.language)


def hearing_file(path: Path | None, *, environ: Mapping[str, str]) -> Path:
    """Return the file with the words that citizens type, by the settings; raise `ConfigError` when these are wrong."""
    files = config_paths(path, environ=environ)
    return _heard_in(files.hearing, load_settings(path, environ=environ).phrases.language)


def hearing_of(path: Path) -> Hearing:
    """Read the words that citizens type; raise `ConfigError` with everything that is wrong with them."""
    file = load_hearing(path, form=FORM)
    return Hearing(words=file.words, patterns=file.patterns, signs=file.signs, lengths=Lengths(**file.lengths))


def _in_language(path: Path, language: str) -> Path:
    return path / f"{language}.toml" if path.is_dir() else path


def _heard_in(path: Path, language: str) -> Path:
    """Return the file of a language; one that only writes otherwise (zh-hant) may do with that of its own (zh)."""
    own, wider = _in_language(path, language), _in_language(path, language.partition("-")[0])
    return wider if wider.exists() and not own.exists() else own


def _unique(problems: list[Problem]) -> tuple[Problem, ...]:
    return tuple(dict.fromkeys(problems))


def _try(problems: list[Problem], load: Callable[[], T]) -> T | None:
    try:
        return load()
    except ConfigError as error:
        problems += error.problems
    except PolicyError as error:
        problems += [Problem(name="files.deadlines", what=what, remedy="mend the file") for what in error.problems]
    except PhraseError as error:
        problems.append(Problem(name="files.phrases", what=str(error), remedy="mend the phrase"))
    except (GatewayError, OSError) as error:
        problems.append(Problem(name="files", what=str(error), remedy="mend or name the file"))
    return None


def _phrasing(path: Path, problems: list[Problem]) -> Phrasing:
    phrases = load_phrases(path)
    problems += check_phrases(phrases, SPOKEN, needed=NEEDED)
    return Phrasing(phrases)


def _kind_words(phrasing: Phrasing) -> dict[Kind, str]:
    """Return what the kinds are called, without those that the phrases file lacks: these are a problem of their own."""
    words: dict[Kind, str] = {}
    for kind in Kind:
        with suppress(PhraseError):
            words[kind] = phrasing.text(word(kind))
    return words


def _catalogue(settings: Settings, directory: Directory, phrasing: Phrasing, hearing: Hearing) -> Catalogue:
    kinds = tuple(
        KindChoice(
            kind=rules.kind,
            label=phrasing.text(word(rules.kind)),
            synonyms=rules.synonyms,
            public_allowed=rules.public,
            phone_asked=rules.phone,
        )
        for rules in directory.kinds
    )
    return Catalogue(
        hearing=hearing,
        write=phrasing.text,
        kinds=kinds,
        office=settings.office.name,
        office_phone=settings.office.phone,
        office_hours=settings.office.hours,
        attended=bool(settings.person.hours),
        retention=settings.office.retention,
        privacy_contact=settings.office.privacy_contact,
        drafts=_draft_times(settings),
        joining=settings.dialog.joining,
        subscribing=_subscribing(settings),
        units={unit.id: unit.name for unit in directory.units},
        short_units={unit.id: unit.short for unit in directory.units},
        scenes=directory.scenes,
        dangers=Dangers(
            rules=tuple(Danger(**rule.model_dump()) for rule in directory.dangers.rule),
            harmless=directory.dangers.harmless,
            calm=directory.dangers.calm,
        ),
        refusals=tuple(Refusal(**rule.model_dump()) for rule in directory.refusals),
    )


def _subscribing(settings: Settings) -> dict[str, Subscribing]:
    """Return where consents are asked for: where no category template reaches every follower at any time."""
    return {
        f"{Channel.WECHAT}:{account.account}": Subscribing(
            link=account.subscribe_url.format(account=account.account, templates=",".join(sorted(ids))),
            templates=frozenset(ids),
        )
        for account in settings.wechat
        if account.subscribe_url and FALLBACK_TEMPLATE not in account.templates
        for ids in [{template.id for template in account.subscriptions.values()}]
    }


def _draft_times(settings: Settings) -> DraftTimes:
    dialog = settings.dialog
    return DraftTimes(
        silence=timedelta(hours=dialog.offer_after_hours),
        remind=timedelta(hours=dialog.remind_after_hours) if dialog.remind_after_hours else None,
        keep=timedelta(days=dialog.draft_days),
    )


def _unknown_categories(policies: Policies, directory: Directory) -> list[Problem]:
    known = {category.id for category in directory.categories}
    return [
        Problem(
            name="files.deadlines",
            what=f"a policy is chosen for the category {category}, which there is none of",
            remedy="name the id of a [[category]] in files.matters",
        )
        for category in sorted(policies.categories - known)
    ]
