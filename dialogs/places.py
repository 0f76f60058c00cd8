"""Finding a road or a housing estate in a citizen's own words, with its number.

How an address is written (路, 小区, 12号3单元) belongs to the country and its maps, and stays so whatever language the
office speaks; so it stands here. The words before a name (住在, 附近), and those that look like one and are none, as
in 老旧小区, belong to the language and come from its file. It is rather not found than wrong. Knows no session.
"""

import re

from dialogs.folding import one_of
from dialogs.hearing import Words

LONGEST_LOOKED_AT = 400
"""Characters from the beginning: who writes more has said where and what by then."""
_NUMBER = r"[0-9０-９一二三四五六七八九十百]{1,5}"
_ROAD = "大道|路|街|巷|胡同"
_ESTATE = "小区|花园|家园|公寓|社区|新村|新城"
_PLACE = re.compile(
    rf"(?P<before>[\u4e00-\u9fff]{{0,6}}?)(?P<kind>{_ROAD}|{_ESTATE})(?![上下过灯面程线径口])"
    rf"(?P<detail>(?:{_NUMBER}(?:号院|号楼|号|弄|栋|幢|座|期|单元|室|楼)){{0,4}}"
    rf"(?:[与和跟][\u4e00-\u9fff]{{2,4}}(?:{_ROAD}))?(?:交叉口|交汇处|路口|[东西南北][口头])?)"
)
_DISTRICT = re.compile(r"^[\u4e00-\u9fff]{2,3}[区县镇](?=[\u4e00-\u9fff]{2})")
_LONGEST_NAME = 4


class Places:
    """Finds places; `words` are what stands before a name (`before`) and what is none (`no_name`, `no_name_ends`)."""

    def __init__(self, words: Words) -> None:
        self._lead_in = re.compile(f".*{one_of(words['before'])}")
        self._no_name = frozenset(words["no_name"])
        self._no_name_ends = words["no_name_ends"]

    def place_in(self, text: str) -> str:
        """Return the road or the housing estate, with its number, that free words name; '' for none."""
        found, end = "", 0
        for match in _PLACE.finditer(text, 0, LONGEST_LOOKED_AT):
            start = match.start()
            after_sign = start in {0, end} or not "\u4e00" <= text[start - 1] <= "\u9fff"
            name = self._name_of(match, after_sign=after_sign)
            if found and (start != end or not match["before"]):
                break
            if name:
                found += f"{name}{match['kind']}{match['detail']}"
            end = match.end()
        return found

    def _name_of(self, match: re.Match[str], *, after_sign: bool) -> str:
        """Return the proper name before 路 or 小区: what stands between it and a sign, a lead-in or the beginning."""
        name = self._lead_in.sub("", match["before"])
        if name == match["before"] and not after_sign:
            return ""  # it may have begun earlier
        plain = 1 < len(_DISTRICT.sub("", name)) <= _LONGEST_NAME
        return name if plain and name not in self._no_name and not name.endswith(self._no_name_ends) else ""
