"""Phone numbers of the mainland, in the many forms people give them.

How many digits a number has and what it begins with belongs to the country, so it stands here; which words are digits
and what an extension is called belongs to the language, and comes from its file.
"""

import re
import unicodedata
from collections.abc import Mapping, Sequence

from dialogs.folding import INVISIBLE, one_of

_MOBILE = re.compile(r"(?<!\d)(?:\+?86|0086)?(1[3-9]\d{9})(?!\d)")
_MOBILE_DIGITS = 11
_LANDLINE = re.compile(r"(?<!\d)(?:\+?86)?(010|02\d|0[3-9]\d{2})([2-9]\d{6,7})(?:x(\d{1,6}))?(?!\d)")
_DASHED = re.compile(r"(\d{7,8})\s*-\s*(\d{1,6})(?!\d)")
_GAPS = re.compile(r"(?<=[\d)])[\s.·()‐‑‒–—−ー一_~-]+(?=[\d(])|[()]")
_LEAST_SPELLED = 7
_LIKELY = 3
"""So many digits in a row, and it is worth looking for a phone number."""


class Phones:
    """Reads phone numbers; `digits` are the signs for 0 to 9, by digit, `extension` what stands before one."""

    def __init__(self, *, digits: Mapping[str, Sequence[str]], extension: Sequence[str]) -> None:
        spelled = "".join(sign for signs in digits.values() for sign in signs)
        self._spelled = str.maketrans({sign: digit for digit, signs in digits.items() for sign in signs})
        self._spoken = re.compile(f"[{re.escape(spelled)}0-9]{{{_LEAST_SPELLED},}}")
        self._likely = re.compile(rf"[\d{re.escape(spelled)}]{{{_LIKELY}}}")
        self._extension = re.compile(rf"(?<=\d)\s*(?:{one_of(extension)}|ext\.?)\s*(?=\d{{1,6}}(?!\d))", re.IGNORECASE)

    def phone(self, text: str) -> str:
        """Return the number in `text`, mobile or landline with area code, in one form; '' for none."""
        if len(text) == _MOBILE_DIGITS and text.isascii() and _MOBILE.fullmatch(text):
            return text
        folded = unicodedata.normalize("NFKC", text).translate(INVISIBLE)
        folded = self._spoken.sub(lambda spoken: spoken.group().translate(self._spelled), folded)
        folded = self._extension.sub("x", folded)
        return _found(_GAPS.sub("", folded)) or _found(_GAPS.sub("", _DASHED.sub(r"\1x\2", folded)))

    def phone_in(self, text: str) -> str:
        """Return the phone number in free words, '' for none."""
        return self.phone(text) if self._likely.search(text) else ""


def _found(form: str) -> str:
    """Return the first number in a text whose digits stand together, an extension behind an x."""
    if mobile := _MOBILE.search(form):
        return mobile.group(1)
    if landline := _LANDLINE.search(form):
        area, local, extension = landline.groups()
        return f"{area}-{local}" + (f"-{extension}" if extension else "")
    return ""
