"""The words of a message, and the call of the platform that carries them in one form of sending.

Knows no database: what stands in the record is written by `bot.outbox.record`.
"""

from collections.abc import Mapping

from adapters.platform import Platform, PublicPlatform, Receipt, Rung, Subscription
from bot.messages import Channel, CitizenRef, Outbound, Reply
from bot.outbox.reach import Reach
from bot.petitions.outbox_ports import MENTION_ANSWER, OutboxMessage
from bot.phrasing import Phrasing


class Sender:
    """Sends once, in the form it is told."""

    def __init__(
        self,
        *,
        platforms: Mapping[tuple[Channel, str], Platform],
        public: Mapping[tuple[Channel, str], PublicPlatform],
        phrasing: Phrasing,
    ) -> None:
        self._platforms = platforms
        self._public = public
        self._phrasing = phrasing

    def platform(self, ref: CitizenRef) -> Platform | None:
        """Return the platform of a citizen's account, None when it is no longer in the settings."""
        return self._platforms.get((ref.channel, ref.account))

    def speaks_in_public(self, ref: CitizenRef) -> bool:
        """Tell whether the citizen's account can also speak where everybody reads."""
        return (ref.channel, ref.account) in self._public

    def words(self, message: OutboxMessage, *, short: bool) -> Outbound:
        """Render the message, a notice in its short form where wished; raise `PhraseError` when that cannot be."""
        if message.phrase.startswith("notice."):
            return self._phrasing.notice(message.kind, message.values, short=short)
        return self._phrasing.render(Reply(phrase=message.phrase, values=message.values))

    async def send(
        self,
        message: OutboxMessage,
        ref: CitizenRef,
        rung: Rung,
        outbound: Outbound,
        *,
        reach: Reach,
        subscription: Subscription | None = None,
    ) -> Receipt:
        """Send to `ref` on `rung`; raise `SendError`."""
        if rung is Rung.MENTION_REPLY:
            return await self._public[ref.channel, ref.account].reply_mention(ref.user, outbound)
        if rung is Rung.PUBLIC_COMMENT:
            return await self._comment(message, self._public[ref.channel, ref.account], outbound, reach)
        platform = self._platforms[ref.channel, ref.account]
        if rung is Rung.TEMPLATE:
            values = self._phrasing.short_fields(message.kind, message.values)
            return await platform.send_template(ref.user, message.kind, values, unique=message.key)
        if rung is Rung.SUBSCRIPTION:
            values = self._phrasing.short_fields(message.kind, message.values)
            template = subscription.template if subscription else ""
            return await platform.send_subscription(ref.user, message.kind, values, template=template)
        return await platform.send_message(ref.user, outbound)

    async def _comment(
        self, message: OutboxMessage, speaker: PublicPlatform, outbound: Outbound, reach: Reach
    ) -> Receipt:
        """Say in public what was asked there, or of a petition that there is news and nothing more."""
        words = outbound.text
        if message.kind != MENTION_ANSWER:
            news = {name: message.values[name] for name in ("number", "status", "time")}
            words = self._phrasing.render(Reply(phrase="public.news", values=news)).text
            words = speaker.public_words(words, number=str(message.number), secret=reach.secret)
        return await speaker.comment_on(reach.place, words, post=reach.post)
