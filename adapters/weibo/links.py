"""The ids of posts and comments as they stand in addresses: decimal ↔ base 62, and the pages of both.

An id is cut from the right into groups of seven digits, each written as four characters of `0-9a-zA-Z`. Ids are strings
throughout: they have sixteen digits and more, which spreadsheets and JavaScript round.
"""

_SIGNS = "0123456789abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"
_VALUES = {sign: value for value, sign in enumerate(_SIGNS)}
_DIGITS, _CHARACTERS = 7, 4
_LONGEST_ID = 20

WEB, MOBILE = "https://weibo.com", "https://m.weibo.cn"


def is_id(text: str) -> bool:
    """Tell whether `text` is an id as Weibo writes it: digits, no more than 64 bits hold."""
    return text.isascii() and text.isdigit() and len(text) <= _LONGEST_ID


def to_base62(mid: str) -> str:
    """Return e.g. `K3fnuEfZK` for `4607741009594608`; raise ValueError for what is no id."""
    if not is_id(mid):
        raise ValueError("not a decimal id")
    groups = [_encode(int(group)).rjust(_CHARACTERS, "0") for group in _from_right(mid, _DIGITS)]
    return "".join(groups).lstrip("0") or "0"


def to_mid(base62: str) -> str:
    """Return the decimal id of a base 62 one; raise ValueError for what is none."""
    if not base62 or any(sign not in _VALUES for sign in base62):
        raise ValueError("not a base 62 id")
    groups = [str(_decode(group)).rjust(_DIGITS, "0") for group in _from_right(base62, _CHARACTERS)]
    if any(len(group) > _DIGITS for group in groups):
        raise ValueError("not a base 62 id")
    return "".join(groups).lstrip("0") or "0"


def post_url(user: str, post: str) -> str:
    """Return the page of a post; `user` is its author."""
    return f"{WEB}/{user}/{to_base62(post)}"


def mobile_post_url(post: str) -> str:
    """Return the page of a post for phones, which needs no author."""
    if not is_id(post):
        raise ValueError("not a decimal id")
    return f"{MOBILE}/status/{post}"


def comment_url(user: str, post: str, comment: str) -> str:
    """Return the page of a post by `user`, opened at one of its comments."""
    if not is_id(comment):
        raise ValueError("not a decimal id")
    return f"{post_url(user, post)}?type=comment#comment-{comment}"


def account_url(uid: str) -> str:
    """Return the page of an account, from which a private message can be written."""
    return f"{WEB}/u/{uid}"


def _from_right(text: str, size: int) -> list[str]:
    first = len(text) % size
    rest = [text[start : start + size] for start in range(first, len(text), size)]
    return [text[:first], *rest] if first else rest


def _encode(number: int) -> str:
    signs = ""
    while number:
        number, rest = divmod(number, len(_SIGNS))
        signs = _SIGNS[rest] + signs
    return signs


def _decode(signs: str) -> int:
    number = 0
    for sign in signs:
        number = number * len(_SIGNS) + _VALUES[sign]
    return number
