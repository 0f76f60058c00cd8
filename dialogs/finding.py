"""Finding in a citizen's own words what would be asked next: the kind, the place.

What is found is shown and can be changed, never taken for certain: so it is found only where the words are plain, and
rather not at all than wrong. Pure; knows no session.
"""

import re

from bot.petitions.vocabulary import Kind
from dialogs.understanding import Ear

LONGEST_LOOKED_AT = 400
"""Characters from the beginning: who writes more has said where and what by then."""

# --- the kind ---

_OPENING = re.compile(
    r"(?:(?:您|你)们?好|领导|同志|老师|请问|麻烦|那个|我是|本人|\s|[,，。.!！、:：])*+"
    r"(?:我们?|本人|大家)?(?:就是)?(?:想要|想|要|来|在此|特此|实名|匿名|必须|强烈|坚决)*+"
    r"(投诉|举报|检举|求助|求救|建议|提个建议|提个意见|表扬|点赞|夸|咨询|请教)"
)
_OPENED = {
    "投诉": Kind.COMPLAINT,
    "举报": Kind.REPORT,
    "检举": Kind.REPORT,
    "求助": Kind.HELP,
    "求救": Kind.HELP,
    "建议": Kind.SUGGEST,
    "提个建议": Kind.SUGGEST,
    "提个意见": Kind.SUGGEST,
    "表扬": Kind.PRAISE,
    "点赞": Kind.PRAISE,
    "夸": Kind.PRAISE,
    "咨询": Kind.CONSULT,
    "请教": Kind.CONSULT,
}
_CLOSING = re.compile(
    r"[\s，,。.！!；;、](?:我们?|本人)?(?:就是)?(?:想要|想|要|在此|特此|实名|匿名|强烈|坚决)*+"
    r"(投诉|举报|检举|求助|求救|建议|表扬|点赞|咨询)(?:他们?|她们?|它们?|一下)?[\s。.！!~…]*$"
)
_ASKS = re.compile(
    r"请问|问一下|问下|想问|想知道|想了解|怎么|咋|如何|哪里|哪儿|在哪|去哪|什么|多久|多少|几号|几岁|能不能|可不可以|可以.{0,12}吗|需要.{0,12}吗"
)
_OF_RULES = re.compile(
    r"办理?|申请|手续|材料|条件|政策|规定|缴|交|领取?|报名|报销|提取|落户|转移|参保|补贴|认证|年检|登记|上学|入学|驾照|驾驶证|社保|医保|公积金|证"
)
_GRIEVES = re.compile(
    r"没人管|不管|没有人|太吵|扰民|一直|天了|月了|年了|拖欠|不给|不退|强制|乱收|态度|坏了|严重|还不|还没|投诉|举报|违|被|凭什么|为什么|为啥|救"
)
LONGEST_CLOSING = 20
"""Characters at the end that may name the kind in a clause of its own."""
LONGEST_QUESTION = 150
"""Characters; a longer text tells a story, even where it asks something."""


def kind_in(ear: Ear, text: str) -> Kind | None:
    """Return the kind that free words show by themselves: 我要投诉…, …，求助！, 请问社保怎么交; None where not."""
    closed = _CLOSING.search(ear.simplified(text[-LONGEST_CLOSING:]))
    text = ear.simplified(text[:LONGEST_LOOKED_AT])
    named = _OPENING.match(text) or closed
    if named is not None:
        return _OPENED[named[1]]
    asks = len(text) <= LONGEST_QUESTION and _ASKS.search(text) and _OF_RULES.search(text)
    return Kind.CONSULT if asks and not _GRIEVES.search(text) else None


# --- the place ---

_NUMBER = r"[0-9０-９一二三四五六七八九十百]{1,5}"
_ROAD = "大道|路|街|巷|胡同"
_ESTATE = "小区|花园|家园|公寓|社区|新村|新城"
_PLACE = re.compile(
    rf"(?P<before>[\u4e00-\u9fff]{{0,6}}?)(?P<kind>{_ROAD}|{_ESTATE})(?![上下过灯面程线径口])"
    rf"(?P<detail>(?:{_NUMBER}(?:号院|号楼|号|弄|栋|幢|座|期|单元|室|楼)){{0,4}}"
    rf"(?:[与和跟][\u4e00-\u9fff]{{2,4}}(?:{_ROAD}))?(?:交叉口|交汇处|路口|[东西南北][口头])?)"
)
_LEAD_IN = re.compile(
    r".*(?:[在住于到从往去来是的我你您他她们家有个了这那条段叫对把被给就都也边面说问好请夜晚天早午点月日年里外]"
    r"|经过|路过|附近|旁边|门口|反映|投诉|举报|建议)"
)
_DISTRICT = re.compile(r"^[\u4e00-\u9fff]{2,3}[区县镇](?=[\u4e00-\u9fff]{2})")
_LONGEST_NAME = 4
_NO_NAME = frozenset({"老旧", "整个", "隔壁", "步行", "商业", "住宅", "封闭式", "主干", "断头", "中心", "单行", "人行"})


def place_in(text: str) -> str:
    """Return the road or the housing estate, with its number, that free words name; '' for none."""
    found, end = "", 0
    for match in _PLACE.finditer(text, 0, LONGEST_LOOKED_AT):
        start = match.start()
        name = _name_of(match, after_sign=start in {0, end} or not "\u4e00" <= text[start - 1] <= "\u9fff")
        if found and (start != end or not match["before"]):
            break
        if name:
            found += f"{name}{match['kind']}{match['detail']}"
        end = match.end()
    return found


def _name_of(match: re.Match[str], *, after_sign: bool) -> str:
    """Return the proper name before 路 or 小区: what stands between it and a sign, a lead-in or the beginning."""
    name = _LEAD_IN.sub("", match["before"])
    if name == match["before"] and not after_sign:
        return ""  # it may have begun earlier
    plain = 1 < len(_DISTRICT.sub("", name)) <= _LONGEST_NAME
    return name if plain and name not in _NO_NAME and not name.endswith(("马", "公", "铁")) else ""
