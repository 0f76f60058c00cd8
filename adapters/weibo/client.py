"""One Weibo account, outbound: private messages, public comments, mentions, media.

Implements `adapters.platform.Platform` over `Transport`. Private messages go with the fans service's token, all else
with the OAuth2 one. The three addresses are all that decides whom it talks to. Nothing leaves in public that
`adapters.weibo.public` has not passed. Knows no petition, no window and no order: the outbox does.
"""

import ipaddress
from collections.abc import Collection, Mapping
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from adapters.platform import (
    CredentialsError,
    FetchedMedia,
    Receipt,
    Refused,
    RetryAfter,
    Subscription,
    Window,
)
from adapters.transport import FILE_TIMEOUT, TIMEOUT, Transport
from adapters.weibo.budget import KEPT_FOR_ANSWERS, CallBudget, MemoryBudget
from adapters.weibo.calls import Lane
from adapters.weibo.contents import reply_form, words
from adapters.weibo.fetching import PICTURE_HOSTS, Files
from adapters.weibo.inbound import MentionKind
from adapters.weibo.labels import Labels
from adapters.weibo.links import is_id
from adapters.weibo.mentions import (
    COUNT,
    MentionBatch,
    MentionCursor,
    PublicPlace,
    batch_of,
    completed,
    mention_of,
    read_mention,
)
from adapters.weibo.posts import Posts
from adapters.weibo.public import LONGEST_PUBLIC, check_public
from adapters.weibo.rendering import LONGEST, render
from adapters.weibo.standing import Standing
from adapters.weibo.tokens import TokenInfo, TokenSlot
from adapters.weibo.windows import RULES, WindowRules, window_of
from bot.clock import Clock
from bot.messages import Channel, Inbound, MediaRef, Outbound

API_BASE = "https://api.weibo.com"
MESSAGES_BASE = "https://m.api.weibo.com"
UPLOAD_BASE = "https://upload.api.weibo.com"

_SHORTEST_PAGE = 100


class WeiboPlatform:
    """The outbound side of one account.

    `rip` is the public IPv4 address this gateway calls from, which Weibo demands with each public comment. `own_words`
    may stand in public though they look personal (the account's own @name, the office's phone). `window_codes` are the
    codes of messages/reply that mean a closed window: Weibo does not publish them. Raises ValueError on settings that
    cannot work.
    """

    channel = Channel.WEIBO

    def __init__(
        self,
        *,
        account: str,
        uid: str,
        app_key: str,
        fans: TokenSlot,
        oauth: TokenSlot,
        rip: str,
        labels: Labels,
        transport: Transport,
        clock: Clock,
        budget: CallBudget | None = None,
        messages_budget: CallBudget | None = None,
        standing: Standing | None = None,
        kept_for_answers: int = KEPT_FOR_ANSWERS,
        windows: WindowRules = RULES,
        window_codes: Collection[str] = (),
        longest: int = LONGEST,
        longest_public: int = LONGEST_PUBLIC,
        own_words: Collection[str] = (),
        api_base: str = API_BASE,
        messages_base: str = MESSAGES_BASE,
        upload_base: str = UPLOAD_BASE,
        picture_hosts: tuple[str, ...] = PICTURE_HOSTS,
        timeout: float = TIMEOUT,
        file_timeout: float = FILE_TIMEOUT,
        repeat_after: float = 1.0,
    ) -> None:
        _check_settings(uid=uid, rip=rip, longest=longest)
        self.account = account
        self._uid = uid
        self._app_key = app_key
        self._rip = rip
        self._labels = labels
        self._clock = clock
        self._kept = kept_for_answers
        self._windows = windows
        self._longest = longest
        self._longest_public = longest_public
        self._own_words = tuple(own_words)
        self._api = api_base.rstrip("/")
        self._messages_url = messages_base.rstrip("/") + "/2/messages/reply.json"
        self._messages = Lane(
            name=f"weibo:{account}:messages", slot=fans, transport=transport, clock=clock, budget=messages_budget,
            timeout=timeout, repeat_after=repeat_after, window_codes=window_codes, standing=standing,
        )  # fmt: skip
        self._open = Lane(
            name=f"weibo:{account}:open", slot=oauth, transport=transport, clock=clock,
            budget=MemoryBudget() if budget is None else budget, timeout=timeout, repeat_after=repeat_after,
            standing=standing,
        )  # fmt: skip
        self._posts = Posts(self._open, api_base=self._api)
        self._files = Files(
            self._messages, upload_base=upload_base.rstrip("/"), api_base=self._api, transport=transport,
            hosts=picture_hosts, timeout=file_timeout,
        )  # fmt: skip

    @property
    def tokens(self) -> Mapping[str, TokenSlot]:
        """The tokens by the names of their settings, for whoever warns of their end."""
        return {name: lane.slot for name, lane in self.lanes.items()}

    @property
    def lanes(self) -> Mapping[str, Lane]:
        """The two ways to call, by the names of their tokens."""
        return {"fans_token": self._messages, "oauth_token": self._open}

    def window(self, inbound: Inbound) -> Window | None:
        """Return what `inbound` permits us to send later; None for nothing."""
        return window_of(inbound, rules=self._windows)

    def pages(self, outbound: Outbound) -> tuple[str, str]:
        """Return (what fits one message, the words left over)."""
        return render(outbound, labels=self._labels, longest=self._longest)

    def words(self, rendered: str) -> str:
        """Return the words of a rendered text: all of it, as Weibo has no markup."""
        return rendered

    async def send_message(self, user: str, outbound: Outbound) -> Receipt:
        """Send what fits one private message; the words left over are the caller's to keep (see `pages`)."""
        content, _ = self.pages(outbound)
        if not content:
            raise Refused("nothing to say")
        if not is_id(user):
            raise Refused("not a uid of Weibo")
        return _receipt(await self._messages.write(self._messages_url, reply_form(words(content), receiver=user)))

    async def reply_mention(self, user: str, outbound: Outbound) -> Receipt:
        """Send the one private message that a mention by `user` permits (rung MENTION_REPLY)."""
        return await self.send_message(user, outbound)

    async def send_template(
        self,
        user: str,  # noqa: ARG002  as Platform has it
        notice: str,
        values: Mapping[str, str],  # noqa: ARG002
        *,
        unique: str,  # noqa: ARG002
    ) -> Receipt:
        """Refuse: Weibo has published no template messages."""
        raise Refused(f"Weibo has no template for {notice}")

    def has_template(self, notice: str) -> bool:  # noqa: ARG002  as Platform has it
        """Tell that none serves."""
        return False

    def subscriptions(self, notice: str = "") -> tuple[Subscription, ...]:  # noqa: ARG002  as Platform has it
        """Return none: Weibo has no such messages."""
        return ()

    async def send_subscription(
        self,
        user: str,  # noqa: ARG002  as Platform has it
        notice: str,
        values: Mapping[str, str],  # noqa: ARG002
        *,
        template: str,  # noqa: ARG002
    ) -> Receipt:
        """Refuse: Weibo has no subscription messages."""
        raise Refused(f"Weibo has no subscription for {notice}")

    async def comment(self, place: PublicPlace, text: str) -> Receipt:
        """Say `text` in public (rung PUBLIC_COMMENT); `Refused` before it leaves if it is personal or too long.

        To a comment the answer goes without the citizen's @name, which Weibo would put before it.
        """
        check_public(text, allowed=self._own_words, longest=self._longest_public)
        form = {"id": place.status_id, "comment": text, "comment_ori": "0", "rip": self._rip}
        if not place.comment_id:
            return _receipt(await self._open.write(self._api + "/2/comments/create.json", form))
        if not place.status_id:
            form["id"] = await self._posts.post_of(place.comment_id)
        form |= {"cid": place.comment_id, "without_mention": "1"}
        return _receipt(await self._open.write(self._api + "/2/comments/reply.json", form))

    async def mentions(
        self, kind: MentionKind, cursor: MentionCursor, *, oldest: datetime | None = None
    ) -> MentionBatch:
        """Look for mentions once (one call); store `cursor` of the batch after its mentions, and ask on until complete.

        Leaves the calls that are kept for answers. Mentions from before `oldest` are not wanted, and end the look.
        """
        listed = "statuses" if kind is MentionKind.STATUS else "comments"
        params = {"count": str(COUNT), "since_id": cursor.since}
        if cursor.below != "0":
            params["max_id"] = cursor.below
        url = f"{self._api}/2/{listed}/mentions.json"
        entries = (await self._open.read(url, params, reserve=self._kept)).get(listed)
        return batch_of(
            entries if isinstance(entries, list) else [],
            kind=kind,
            account=self.account,
            uid=self._uid,
            cursor=cursor,
            oldest=oldest,
        )

    async def with_context(self, inbound: Inbound) -> Inbound:
        """Return a pushed mention with its whole text, link and pictures (one call, unless they are there already).

        `Refused` when the post or comment is gone. Anything else than a mention comes back as it is.
        """
        mention = mention_of(inbound)
        context = inbound.raw.get("context")
        if mention is None or (isinstance(context, dict) and context.get("whole")):
            return inbound
        kind, subject = mention
        entry = await self._posts.entry(kind, subject, reserve=self._kept)
        seen = read_mention(entry, kind=kind, account=self.account)
        if seen is None:
            raise Refused("the post or comment is gone")
        return completed(inbound, seen)

    async def ready_for_context(self, inbound: Inbound) -> None:
        """Raise the `SendError` with which `with_context` would end before it calls anybody; costs nothing."""
        mention = mention_of(inbound)
        if mention is not None:
            await self._posts.ready(mention[0])

    async def token_info(self) -> TokenInfo:
        """Return what Weibo says of the OAuth2 token: whose it is, and until when."""
        answer = await self._open.ask(self._api + "/oauth2/get_token_info")
        try:
            seconds = int(answer["expire_in"])
            uid, app_key = str(answer["uid"]), str(answer.get("appkey", ""))
        except (KeyError, TypeError, ValueError):
            raise RetryAfter("oauth2/get_token_info: an answer without a token's data") from None
        return TokenInfo(uid=uid, app_key=app_key, expires=self._clock.now() + timedelta(seconds=seconds))

    async def check(self) -> None:
        """Try the OAuth2 token, and that it is ours; the fans service has no harmless call to try its own with."""
        now = self._clock.now()
        if self._messages.slot.days_left(now) == 0:
            remedy = "bind the account again on its own page and put the new fans_token into the settings"
            raise CredentialsError("the fans_token has ended", code="expired", remedy=remedy)
        info = await self.token_info()
        if info.uid != self._uid or info.app_key not in {"", self._app_key}:
            remedy = "sign in with the office's own account and app, and put that oauth_token into the settings"
            raise CredentialsError("the oauth_token is another account's or app's", code="foreign", remedy=remedy)

    async def fetch(self, media: MediaRef, target: Path) -> FetchedMedia:
        """Download to `target`, the better form first; `Refused` when the platform no longer has any."""
        return await self._files.fetch(media, target)


def _receipt(answer: Mapping[str, Any]) -> Receipt:
    found = next((answer[name] for name in ("idstr", "id", "mid") if answer.get(name)), "")
    return Receipt(message_id=str(found) if isinstance(found, int | str) else "")


def _check_settings(*, uid: str, rip: str, longest: int) -> None:
    if not is_id(uid):
        raise ValueError("the uid is no number")
    try:
        ipaddress.IPv4Address(rip)
    except ValueError:
        raise ValueError("rip is no IPv4 address: give the public one this gateway calls from") from None
    if longest < _SHORTEST_PAGE:
        raise ValueError(f"a private message has at least {_SHORTEST_PAGE} characters")
