"""What only a public platform can do, as `adapters.platform` states it: look for mentions, and answer them."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from adapters.platform import MentionPage, Receipt
from adapters.weibo.client import WeiboPlatform
from adapters.weibo.inbound import MentionKind
from adapters.weibo.labels import Labels
from adapters.weibo.mentions import MentionCursor, PublicPlace, context_of
from adapters.weibo.public import public_text
from bot.messages import Inbound, Outbound


@dataclass(frozen=True, slots=True, kw_only=True)
class PublicSide:
    """The public side of one account; `own_words` may stand in public though they look personal."""

    platform: WeiboPlatform
    labels: Labels
    own_words: tuple[str, ...] = ()

    @property
    def kinds(self) -> tuple[str, ...]:
        """What a mention can stand in; each is looked at by itself."""
        return tuple(kind.value for kind in MentionKind)

    async def look(self, kind: str, cursor: str, *, oldest: datetime) -> MentionPage:
        """Look once from `cursor` on ('' is the beginning, and then nothing from before `oldest` is wanted)."""
        began = MentionCursor.load(cursor)
        first = oldest if began.since == "0" else None
        batch = await self.platform.mentions(MentionKind(kind), began, oldest=first)
        return MentionPage(found=batch.found, cursor=batch.cursor.dump(), complete=batch.complete)

    def is_whole(self, mention: Inbound) -> bool:
        """Tell whether a mention has all that stands around it."""
        context = context_of(mention)
        return context is not None and context.whole

    async def with_context(self, mention: Inbound) -> Inbound:
        """Return a mention with its whole text, link and pictures; `Refused` when it is gone."""
        return await self.platform.with_context(mention)

    async def ready_for_context(self, mention: Inbound) -> None:
        """Raise the `SendError` with which `with_context` would end before it calls anybody; costs nothing."""
        await self.platform.ready_for_context(mention)

    async def reply_mention(self, user: str, outbound: Outbound) -> Receipt:
        """Send the one private message that a mention permits."""
        return await self.platform.reply_mention(user, outbound)

    async def comment_on(self, mention: str, words: str, *, post: str = "") -> Receipt:
        """Answer the mention with this key in public; `post` is where a comment stands, if that is known."""
        subject = mention.rpartition(":")[2]
        place = PublicPlace(status_id=subject[1:])
        if subject.startswith("c"):
            place = PublicPlace(status_id=post, comment_id=subject[1:])
        return await self.platform.comment(place, words)

    def public_words(self, words: str, *, number: str, secret: Iterable[str]) -> str:
        """Return `words` fit for everybody's eyes; raise `Refused` when nothing is left."""
        return public_text(words, number=number, labels=self.labels, allowed=self.own_words, secret=secret)
