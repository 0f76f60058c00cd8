"""The public square of the fake Weibo: people, their posts, the comments under them, and the pictures. In memory.

One square for all accounts: everybody sees everything. Knows nothing of HTTP; times are passed in.
"""

import re
import secrets
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum

from adapters.sandbox.errors import BadInput
from adapters.sandbox.weibo.identities import Numbers, uid_of

FIRST_PEOPLE = ("江边早起的老陈", "豆豆妈在路上", "半山听雨")
GOVERNMENT, ORDINARY = 1, -1
"""Values of `verified_type`."""
_NAMED = re.compile(r"(?<![A-Za-z0-9_])@([\w-]{2,30})")


class Openness(StrEnum):
    """Whose comments a post takes."""

    ALL = "all"
    FOLLOWED = "followed"
    TRUSTED = "trusted"


@dataclass(frozen=True, slots=True, kw_only=True)
class Person:
    """Somebody with a Weibo account; the office is one too."""

    uid: str
    name: str
    verified_type: int = ORDINARY


@dataclass(slots=True, kw_only=True)
class Post:
    """A post (微博)."""

    id: int
    uid: str
    text: str
    time: datetime
    pictures: tuple[str, ...] = ()
    openness: Openness = Openness.ALL
    deleted: bool = False


@dataclass(slots=True, kw_only=True)
class Comment:
    """A comment under a post; `reply_to` is the comment it answers, or 0."""

    id: int
    post: int
    uid: str
    text: str
    time: datetime
    reply_to: int = 0
    deleted: bool = False


@dataclass(slots=True, kw_only=True)
class Square:
    """Everything public."""

    numbers: Numbers
    people: dict[str, Person] = field(default_factory=dict)
    posts: dict[int, Post] = field(default_factory=dict)
    comments: dict[int, Comment] = field(default_factory=dict)
    pictures: dict[str, bytes] = field(default_factory=dict)

    def meet(self, uid: str, *, name: str = "", verified_type: int = ORDINARY) -> Person:
        """Return the person of this uid, a new one where there is none."""
        if uid not in self.people:
            self.people[uid] = Person(uid=uid, name=name or f"用户{uid}", verified_type=verified_type)
        return self.people[uid]

    def invite(self, name: str) -> Person:
        """Add a person with a new uid."""
        if any(person.name == name for person in self.people.values()):
            raise BadInput(f"this nickname is taken: {name}")
        return self.meet(uid_of(secrets.token_hex(8)), name=name)

    def publish(
        self, uid: str, text: str, *, now: datetime, pictures: tuple[bytes, ...] = (), openness: Openness = Openness.ALL
    ) -> Post:
        """Put a post up."""
        names = tuple(f"{self.numbers.next(now=now):x}" for _ in pictures)
        self.pictures.update(zip(names, pictures, strict=True))
        post = Post(id=self.numbers.next(now=now), uid=uid, text=text, time=now, pictures=names, openness=openness)
        self.posts[post.id] = post
        return post

    def comment(self, post: Post, uid: str, text: str, *, now: datetime, reply_to: int = 0) -> Comment:
        """Put a comment under a post."""
        comment = Comment(id=self.numbers.next(now=now), post=post.id, uid=uid, text=text, time=now, reply_to=reply_to)
        self.comments[comment.id] = comment
        return comment

    def post(self, number: int) -> Post | None:
        """Return a post that is still up."""
        post = self.posts.get(number)
        return None if post is None or post.deleted else post

    def live_comment(self, number: int) -> Comment | None:
        """Return a comment that is still up, under a post that is."""
        comment = self.comments.get(number)
        return None if comment is None or comment.deleted or self.post(comment.post) is None else comment

    def delete(self, number: int) -> None:
        """Take a post or a comment down."""
        found = self.posts.get(number) or self.comments.get(number)
        if found is None:
            raise BadInput(f"no such post or comment: {number}")
        found.deleted = True


def names_in(text: str) -> frozenset[str]:
    """Return the nicknames that a text mentions; one ends where letters, digits, `-` and `_` end."""
    return frozenset(_NAMED.findall(text))
