"""XML of WeChat → a dict of its fields, with expat and nothing that follows a reference.

The dict is much as xmltodict's: text as str, a nested element as dict, a repeated one as list, but an empty one as ""
and white space kept as sent. Knows no message type.

Flat messages in the one form in which WeChat writes them, which is nearly all, are read by one linear expression that
must account for every character; whatever it does not, expat decides. A test holds the two equal.
"""

import re
from typing import Any
from xml.parsers import expat

FORBIDDEN = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ufffe\uffff\ud800-\udfff]")
"""What XML 1.0 does not allow and real pushes still contain."""

_UNSAFE = r"\x00-\x08\x0b-\x1f\ufffe\uffff\ud800-\udfff"  # and \r, which expat turns into \n
_FIELD = re.compile(rf"<([A-Za-z][A-Za-z0-9]*)>(?:<!\[CDATA\[([^\]{_UNSAFE}]*)\]\]>|([^\]<>&{_UNSAFE}]*))</\1>")
_CDATA = re.compile(r"<!\[CDATA\[.*?\]\]>", re.DOTALL)
_DEEPEST = 12

Fields = dict[str, Any]


class UnreadableXmlError(Exception):
    """Not well-formed, or of a form that is refused (DOCTYPE, ENTITY, too deep, no `xml` root)."""


def clean(text: str) -> str:
    """Return `text` without the characters XML forbids."""
    return FORBIDDEN.sub("", text)


def decode(message: bytes) -> str:
    """Return UTF-8 as text, halves of surrogate pairs dropped; raise UnicodeDecodeError for anything else."""
    try:
        return message.decode()
    except UnicodeDecodeError:
        return clean(message.decode("utf-8", "surrogatepass"))


def parse(xml: str) -> Fields:
    """Return the fields under the root; raise `UnreadableXmlError`.

    Forbidden characters are rare: they are removed only after expat has stumbled on them.
    """
    if (flat := _flat_fields(xml)) is not None:
        return flat
    if "<!DOCTYPE" in xml or "<!ENTITY" in xml:
        _refuse_declarations(xml)
    try:
        return _fields_of(xml)
    except (expat.ExpatError, UnicodeEncodeError):
        cleaned = clean(xml)
    try:
        return _fields_of(cleaned)
    except expat.ExpatError as error:
        raise UnreadableXmlError(f"not well-formed at {error.lineno}:{error.offset}") from None


def _flat_fields(xml: str) -> Fields | None:
    """Return the fields of a message of plain texts, each named once; None for any other, also for what is no XML."""
    pieces = _FIELD.split(xml)  # between the fields, then a field's name, its CDATA, its bare text, and so on
    if pieces[0] != "<xml>" or pieces[-1] != "</xml>":
        return None
    names = pieces[1::4]
    fields: Fields = {
        name: bare if marked is None else marked
        for name, marked, bare in zip(names, pieces[2::4], pieces[3::4], strict=True)
    }
    if len(fields) != len(names) or "".join(pieces[4:-1:4]).strip("\n"):
        return None
    return fields


def _refuse_declarations(xml: str) -> None:
    """Raise unless all of it stands inside CDATA, where it is only what a citizen wrote."""
    outside = _CDATA.sub("", xml)
    if "<!DOCTYPE" in outside or "<!ENTITY" in outside:
        raise UnreadableXmlError("a declaration is refused")


def _refuse(*_: object) -> None:
    raise UnreadableXmlError("a declaration is refused")


def _fields_of(xml: str) -> Fields:
    levels: list[Fields | None] = [None]  # the children of each open element; None until there is one
    text = ""

    def start(_name: str, _attributes: object) -> None:
        nonlocal text
        if len(levels) > _DEEPEST:
            raise UnreadableXmlError("nested too deep")
        levels.append(None)
        text = ""

    def data(piece: str) -> None:
        nonlocal text
        text += piece

    def end(name: str) -> None:
        nonlocal text
        children = levels.pop()
        value: Any = text if children is None else children
        text = ""
        parent = levels[-1]
        if parent is None:
            levels[-1] = {name: value}
        elif name not in parent:
            parent[name] = value
        elif isinstance(parent[name], list):
            parent[name].append(value)
        else:
            parent[name] = [parent[name], value]

    parser = expat.ParserCreate()
    parser.buffer_text = True
    parser.StartElementHandler = start
    parser.EndElementHandler = end
    parser.CharacterDataHandler = data
    parser.StartDoctypeDeclHandler = _refuse
    parser.EntityDeclHandler = _refuse
    parser.Parse(xml, True)
    root = levels[0]
    fields = root.get("xml") if root else None
    if not isinstance(fields, dict):
        raise UnreadableXmlError("no fields under an xml root")
    return fields
