"""Changing what was given: which field is meant, and which kind instead, said in a few words."""

import re
from collections.abc import Mapping

from dialogs.folding import Folding
from dialogs.hearing import Hearing


class Changes:
    """Reads wishes to change something in one language."""

    def __init__(self, hearing: Hearing, folding: Folding) -> None:
        words = hearing.words
        self.fields: Mapping[str, str] = {
            folding.fold(said): name for name, listed in words["fields"].items() for said in listed
        }
        """Folded word → the name of the field it names."""
        self._starts = {folding.joined(word)[0] for listed in words["changing"].values() for word in listed}
        self._change = re.compile(hearing.patterns["change"])
        self._meant = re.compile(hearing.patterns["meant"])

    def field_wanted(self, plain: str) -> str:
        """Read 改3, 修改电话, 改一下地点 in a folded text; return what is to be changed, '' for anything else."""
        found = self._change.fullmatch(plain) if plain and plain[0] in self._starts else None
        return found["field"] if found else ""

    def kind_wanted(self, plain: str) -> str:
        """Read 点错了，改成咨询 in a folded text; return the kind's name as it was said, '' for anything else."""
        found = self._meant.fullmatch(plain)
        return found["kind"] if found else ""
