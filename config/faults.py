"""What a model finds wrong with a table, in the words of an operator: name, fault, remedy.

Knows the errors of pydantic, not what the models are for. No message carries a value: it may be a secret.
"""

import difflib
from collections.abc import Iterable, Iterator, Mapping
from types import MappingProxyType
from typing import Any, TypeVar, get_args

from pydantic import BaseModel, ValidationError
from pydantic_core import ErrorDetails

from config.errors import Problem
from config.sources import variable_for

Checked = TypeVar("Checked", bound=BaseModel)

SEE_FORM = "see the shipped file in config/ for its form"


def validated(
    model: type[Checked], table: Mapping[str, Any], problems: list[Problem], *, file: str = ""
) -> Checked | None:
    """Return the table as the model has it, or None and add what is wrong.

    `file` names a data file; without it the table is the settings, which the environment can set as well.
    """
    try:
        return model.model_validate(table)
    except ValidationError as error:
        found = error.errors(include_input=False, include_url=False)
    problems += [_problem(details, model, file=file) for details in found]
    return None


def _problem(details: ErrorDetails, model: type[BaseModel], *, file: str) -> Problem:
    path = tuple(part for part in details["loc"] if part != "[key]")
    name, message = f"{file}: {dotted(path)}" if file else dotted(path), details["msg"]
    context = details.get("ctx", {})
    match details["type"]:
        case "setting":
            what, remedy = context["what"], context["remedy"]
        case "missing":
            what, remedy = "is missing", "add it" if file else f"set it in the file, or as {variable_for(*path)}"
        case "extra_forbidden":
            what, remedy = "unknown setting", _meant(path, model)
        case "greater_than" | "greater_than_equal" | "less_than" | "less_than_equal":
            what, remedy = "is out of range", message.replace("Input should be", "make it")
        case "string_too_short":
            what, remedy = "is too short", message.replace("String should have", "write")
        case "string_too_long":
            what, remedy = "is too long", message.replace("String should have", "write")
        case "enum":
            what, remedy = "is none of its choices", f"write {context['expected']}"
        case kind:
            what, remedy = _FORMS.get(kind.split("_")[0], (message[:1].lower() + message[1:], SEE_FORM))
    return Problem(name=name, what=what, remedy=remedy)


_FORMS = MappingProxyType(
    {
        "int": ("is no whole number", "write digits without quotes"),
        "float": ("is no number", "write a number without quotes"),
        "bool": ("is neither true nor false", "write true or false, without quotes"),
        "string": ("is no text", "write it in quotes"),
        "path": ("is no path", "write it in quotes"),
        "model": ("is no table", SEE_FORM),
        "dict": ("is no table", SEE_FORM),
        "tuple": ("is no list", "write [ … ] for values, [[name]] for tables"),
        "ip": ("is no network", 'write an address or a network, e.g. "10.0.0.0/8"'),
    }
)


def dotted(path: Iterable[str | int]) -> str:
    """Return the name of an entry as people read it: `wechat[0].aes_key`."""
    return "".join(f"[{part}]" if isinstance(part, int) else f".{part}" for part in path).removeprefix(".")


def _meant(path: tuple[str | int, ...], model: type[BaseModel]) -> str:
    """Return the question after the setting that was probably meant, first among its neighbours, then anywhere."""
    *above, last = path
    neighbours = {name: dotted((*above, name)) for name in _names_at(model, above)}
    everywhere = {name.rpartition(".")[2]: name for name in _known(model)}
    for names in (neighbours, everywhere):
        near = difflib.get_close_matches(str(last), names, n=1, cutoff=0.7)
        if near:
            return f"did you mean {names[near[0]]}?"
    return "remove it"


def _names_at(model: type[BaseModel], path: Iterable[str | int]) -> tuple[str, ...]:
    """Return the names a table may have; none where its form is not a section."""
    for part in path:
        if isinstance(part, str) and part in model.model_fields:
            inner = _section_of(model.model_fields[part].annotation)
            if inner is None:
                return ()
            model = inner
    return tuple(model.model_fields)


def _known(model: type[BaseModel], above: str = "") -> Iterator[str]:
    for name, field in model.model_fields.items():
        inner = _section_of(field.annotation)
        if inner is None:
            yield f"{above}{name}"
        elif get_args(field.annotation) == ():
            yield from _known(inner, f"{above}{name}.")


def _section_of(annotation: object) -> type[BaseModel] | None:
    """Return the section a field holds, by itself or in an array or table."""
    for held in (annotation, *get_args(annotation)):
        if isinstance(held, type) and issubclass(held, BaseModel):
            return held
    return None
