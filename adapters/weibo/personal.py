"""What is personal in a text, by its form: phones, ID and card numbers, plates, addresses, names that a word announces.

These are the forms of this country and the words of its language: they belong to what citizens and officers write,
whatever language the gateway itself speaks. A bare name cannot be known by its form: whoever has the petition passes
what is `secret` in it. Pure; says nothing.
"""

import re
import unicodedata
from collections.abc import Callable, Collection, Iterable

from bot.petitions.errors import WrongNumber
from bot.petitions.number import parse_number

_NUMBER = re.compile(r"WQ\d{8}-\d{7}", re.ASCII)
_CALENDAR = re.compile(r"20[2-9]\d[-/.]\d{1,2}[-/.]\d{1,2}(?: \d{1,2}:\d{2})?|\d{1,2}:\d{2}", re.ASCII)
_HAN_DIGITS = dict(zip("零〇一二三四五六七八九幺两壹贰叁肆伍陆柒捌玖", "0012345678912123456789", strict=True))

_FAMILY = (
    "王李张刘陈杨黄赵周吴徐孙马朱胡林郭何高罗郑梁谢宋唐许邓冯韩曹曾彭萧肖蔡潘田董袁于余叶蒋杜苏魏程吕丁沈任姚卢傅"
    "钟姜崔谭廖范汪陆金石戴贾韦夏邱方侯邹熊孟秦白江阎薛尹段雷黎史龙陶贺顾毛郝龚邵万钱严赖覃洪武莫孔汤向常温康施文"
    "牛樊葛邢安齐易乔伍庞颜倪庄聂章鲁岳翟殷詹申欧耿关兰焦俞左柳甘祝包宁尚符舒阮柯纪梅童凌毕单季裴霍涂成苗谷盛曲翁"
    "冉骆蓝路游辛靳管柴蒙鲍华喻祁蒲房滕屈饶解牟艾尤阳时穆农司卓古吉缪简车项连芦麦褚娄窦戚岑景党宫费卜冷晏席卫米"
)
_SURNAME = rf"(?:欧阳|上官|司马|诸葛|司徒|夏侯|皇甫|尉迟|公孙|慕容|令狐|东方|{'|'.join(_FAMILY)})"
_HAN = r"[\u3400-\u9fff]"
_BETWEEN = r"[\s\-.·•_—–‐/()（）、,，]"
_COUNT = r"[0-9a-z甲乙丙丁零〇一二三四五六七八九十百两\-#]"
_ROAD = r"(?:路|街|大道|巷|胡同|弄|小区|社区|花园|公寓|家园|苑|新村|村|庄|镇|里)"
_HOUSE = rf"(?:{_COUNT}+(?:号楼|号院|号|栋|幢|单元|弄|室)|[0-9a-z]+(?:座|层|楼|户|房|梯|组|队))"

_PROVINCE = "[京津沪渝冀豫云辽黑湘皖鲁新苏浙赣鄂桂甘晋蒙陕吉闽贵粤青藏川宁琼使领]"
_PATH = r"[a-z0-9_./?=&%#:~+\-]"
_TAIL = r"(?=[a-z]*\d)[a-z0-9]"
_INTRODUCED = (
    "(?:姓名|名字|我叫|名叫|我是|本人|联系人|投诉人|举报人|当事人|申请人|反映人|信访人|业主|患者)[是为叫:：\\s]*"
)
_TITLE = "(?:先生|女士|小姐|同志|老师|师傅|大爷|大妈|大叔|阿姨|医生|律师|老板|书记|主任|局长|所长|科长|处长|经理)"

_FORMS: tuple[tuple[str, str], ...] = (
    ("email", r"[a-z0-9_.+\-]+@[a-z0-9\-]+(?:\.[a-z0-9\-]+)+"),
    (
        "address",
        rf"(?:https?://|www\.){_PATH}+|[a-z0-9\-]+(?:\.[a-z0-9\-]+)*\.(?:com|cn|net|org|top|cc)(?![a-z]){_PATH}*",
    ),
    ("nickname", rf"@[\w\-·]{{1,30}}|回复\s*[:：]?\s*@{_HAN}*"),
    (
        "account",
        r"(?:qq|vx|wx|v信|某信|微信|微号|工号|学号|卡号|证号|账号|帐号|密码|查询码)\D{0,4}[a-z0-9][a-z0-9_\-]{3,}",
    ),
    ("short number", r"(?:电话|手机|号码|短号|分机|座机|联系方式|tel|phone)\D{0,4}\d{3,}"),
    ("plate", rf"{_PROVINCE}[a-z][·•.\- ]?{_TAIL}{{4,6}}[挂学警港澳]?"),
    ("plate", rf"(?<![a-z0-9])[a-z][·•]{_TAIL}{{5,6}}(?![a-z0-9])"),
    ("passport", r"(?<![a-z0-9])[a-z]{1,2}\d{7,9}(?!\d)"),
    ("house number", rf"(?:{_HAN}{{1,6}}?{_ROAD})?(?<!月)(?:{_HOUSE})+(?:\s*(?:{_HOUSE}))*"),
    ("house number", rf"{_HAN}{{1,6}}?(?:路|街|大道|巷|胡同|弄|村)\s*\d+(?:-\d+)*(?![0-9年月日时点分:])"),
    ("house number", r"(?<!\d)\d{1,4}(?:-\d{1,4}){2,}(?!\d)"),
    ("birthday", r"(?:19\d\d|20[01]\d)[年\-/.]\d{1,2}(?:[月\-/.]\d{1,2}日?)?"),
    ("name", rf"{_INTRODUCED}{_SURNAME}{_HAN}{{1,2}}(?:·{_HAN}+)?"),
    ("name", rf"{_SURNAME}{_HAN}{{0,2}}?{_TITLE}"),
    ("name", rf"(?:小|老|阿){_SURNAME}(?=[，。、：,.:\s]|$)"),
)
_DIGIT_FORMS: tuple[tuple[str, str], ...] = (("number", rf"\d(?:{_BETWEEN}{{0,3}}\d){{6,}}(?:{_BETWEEN}{{0,3}}x)?"),)
_PATTERNS = tuple((kind, re.compile(form)) for kind, form in _FORMS)
_DIGIT_PATTERNS = tuple((kind, re.compile(form)) for kind, form in _DIGIT_FORMS)


def findings(text: str, *, allowed: Collection[str] = (), secret: Iterable[str] = ()) -> tuple[str, ...]:
    """Return the kinds of personal data in `text`, sorted; petition numbers and what is `allowed` do not count."""
    return tuple(sorted({kind for kind, _, _ in personal_in(visible(text), allowed=allowed, secret=secret)}))


def personal_in(text: str, *, allowed: Collection[str], secret: Iterable[str]) -> list[tuple[str, int, int]]:
    """Return (kind, start, end) of all that is personal, in places that nothing protects."""
    plain = "".join(map(_plain, text))
    spans = [("secret", *span) for span in _secrets(plain, secret)]
    kept = _kept(text, plain, allowed)
    hidden = _covered(plain, kept)
    digits = "".join(_HAN_DIGITS.get(sign, sign) for sign in hidden)
    for patterns, view in ((_PATTERNS, hidden), (_DIGIT_PATTERNS, digits)):
        for kind, pattern in patterns:
            spans += [(kind, found.start(), found.end()) for found in pattern.finditer(view)]
    return spans


def _kept(text: str, plain: str, allowed: Collection[str]) -> list[tuple[int, int]]:
    """Return the places of petition numbers, coming dates and what is allowed: nothing is looked for in them."""
    spans = [found.span() for found in _NUMBER.finditer(text) if is_number(found.group())]
    spans += [found.span() for found in _CALENDAR.finditer(text)]
    for words in filter(None, allowed):
        spans += _places(plain, "".join(map(_plain, words)))
    return spans


def is_number(text: str) -> bool:
    """Tell whether `text` is a petition's number, as it is written."""
    if not _NUMBER.fullmatch(text):
        return False
    try:
        return parse_number(text) == text
    except WrongNumber:
        return False


def _secrets(plain: str, secret: Iterable[str]) -> list[tuple[int, int]]:
    spans = []
    for words in secret:
        wanted = "".join(map(_plain, visible(words))).strip()
        if len(wanted) > 1:
            spans += _places(plain, wanted)
    return spans


def _places(text: str, wanted: str) -> list[tuple[int, int]]:
    return [found.span() for found in re.finditer(re.escape(wanted), text)]


def _covered(text: str, spans: Iterable[tuple[int, int]]) -> str:
    """Return `text` with each span made of a sign that no pattern knows, so that nothing is read across it."""
    signs = list(text)
    for start, end in spans:
        signs[start:end] = "\ue000" * (end - start)
    return "".join(signs)


def _plain(sign: str) -> str:
    """Return one character for one: any digit as ASCII, full-width signs as plain ones, letters in lower case."""
    if (digit := unicodedata.digit(sign, None)) is not None:
        return str(digit)
    folded = unicodedata.normalize("NFKC", sign)
    lower: Callable[[str], str] = str.lower
    return lower(folded) if len(folded) == 1 and len(lower(folded)) == 1 else sign


def visible(text: str) -> str:
    """Return `text` without what is not seen and would hide a pattern."""
    return "".join(sign for sign in text if unicodedata.category(sign) not in {"Cf", "Mn", "Me"})
