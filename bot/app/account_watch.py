"""How all accounts stand: what the console's page asks, and what keeps it and /metrics up to date.

What only one process knows (an account at rest, a callback that came, a token that was fetched) is written down every
half minute, so that every process tells the same. A rest that the staff has ended is found gone, and ended here.
"""

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta

from adapters.wechat.client import WeChatPlatform
from adapters.wechat.tokens import TokenStore
from bot.app.wechat_quotas import WeChatQuotas
from bot.clock import Clock
from bot.messages import Channel
from bot.metrics import Metrics
from bot.outbox.pauses import Pauses
from bot.petitions.account_ports import (
    CALLBACK,
    OUTBOX_LANE,
    AccountHealth,
    AccountsHealth,
    Rest,
    TokenHealth,
    TokenState,
)
from bot.petitions.outbox_ports import AccountKey, AccountStanding, OutboxState
from bot.petitions.ports import Storage, UnitOfWork
from bot.petitions.vocabulary import NoticeKind
from config.accounts import WeChatAccount

EVERY_SECONDS = 30.0
_DAY = timedelta(days=1)
_KINDS = {True: "public", False: "private"}
_KEPT = timedelta(minutes=10)
"""How long a rest that is over is kept, for a process that died with it."""


class EveryHealth:
    """`bot.petitions.account_ports.AccountsHealth` of all accounts: WeChat's from here, the others' from `others`."""

    def __init__(
        self,
        *,
        wechat: Mapping[str, WeChatPlatform],
        settings: Sequence[WeChatAccount],
        tokens: TokenStore,
        quotas: WeChatQuotas,
        others: AccountsHealth,
    ) -> None:
        self._wechat = wechat
        self._settings = settings
        self._tokens = tokens
        self._quotas = quotas
        self._others = others

    async def health(self, *, now: datetime) -> tuple[AccountHealth, ...]:
        """Return how the accounts stand; raise `StorageUnavailable`."""
        own = [await self._of(one, now) for one in self._settings]
        return (*own, *await self._others.health(now=now))

    async def _of(self, account: WeChatAccount, now: datetime) -> AccountHealth:
        found = await self._tokens.get(f"wechat:{account.app_id}")
        tokens: tuple[TokenHealth, ...] = ()
        if found is not None:
            state = TokenState.GOOD if now < found[1] else TokenState.ENDED
            tokens = (TokenHealth(name="access_token", state=state, expires=found[1]),)
        platform = self._wechat[account.account]
        return AccountHealth(
            channel=Channel.WECHAT,
            account=account.account,
            tokens=tokens,
            calls_a_day=0,
            calls_made=0,
            kept_for_answers=0,
            plain=account.plain,
            templates=tuple(kind.value for kind in NoticeKind if platform.has_template(kind)),
            subscriptions=tuple(kind.value for kind in NoticeKind if platform.subscriptions(kind)),
            quotas=self._quotas.of(account.account, now=now),
        )


class AccountWatch:
    """Writes down what this process knows of the accounts, and shows in /metrics what all know."""

    def __init__(
        self,
        *,
        storage: Storage,
        accounts: Sequence[AccountKey],
        wechat: Mapping[str, WeChatPlatform],
        pauses: Pauses,
        clock: Clock,
        metrics: Metrics,
    ) -> None:
        self._storage = storage
        self._accounts = tuple(accounts)
        self._wechat = wechat
        self._pauses = pauses
        self._clock = clock
        self._metrics = metrics
        self._written: set[tuple[AccountKey, str]] = set()
        self._answered: dict[AccountKey, float] = {}
        self._fetched: dict[tuple[str, str], int] = {}

    async def look(self) -> None:
        """Do it once; raise `StorageUnavailable`."""
        now = self._clock.now()
        async with self._storage.begin() as work:
            await self._write_rests(work, now)
            for channel, account in self._accounts:
                if self._was_called(channel, account):
                    await work.accounts.mark(f"{channel}:{account}", CALLBACK, at=now)
            standing = await work.outbox.standing(since=now - _DAY)
            rests = await work.accounts.rests()
            await work.commit()
        resting = {lane for lane, _, rest in rests if lane.startswith(f"{OUTBOX_LANE}:") and now < rest.until}
        self._show({one.account: one for one in standing}, resting, now)
        self._count_tokens()

    async def _write_rests(self, work: UnitOfWork, now: datetime) -> None:
        known = {
            (_key_of(lane), call): rest
            for lane, call, rest in await work.accounts.rests()
            if lane.startswith(f"{OUTBOX_LANE}:")
        }
        for account, _ in self._written - set(known):  # ended by the staff
            self._pauses.lift(account)
        held = {((ch, name), _KINDS[public]): found for (ch, name, public), found in self._pauses.standing().items()}
        for (account, call), (pause, until) in held.items():
            rest = Rest(
                token="",
                code=pause.code,
                remedy=pause.remedy,
                failures=1,
                since=pause.since,
                failed_at=now,
                until=until,
            )
            await work.accounts.put_rest(lane_of(account), call, rest)
        over = {key for key, rest in known.items() if rest.until + _KEPT < now}
        for account, call in (self._written | over) - set(held):
            await work.accounts.clear_rest(lane_of(account), call)
        self._written = set(held)

    def _was_called(self, channel: Channel, account: str) -> bool:
        labels = {"channel": channel.value, "account": account, "result": "answered"}
        count = self._metrics.registry.get_sample_value("wenqiao_callbacks_total", labels) or 0.0
        before = self._answered.get((channel, account), 0.0)
        self._answered[channel, account] = count
        return count > before

    def _show(self, standing: Mapping[AccountKey, AccountStanding], resting: set[str], now: datetime) -> None:
        for key in self._accounts:
            channel, account = key[0].value, key[1]
            found = standing.get(key, AccountStanding(account=key))
            for state in (OutboxState.PENDING, OutboxState.WAITING, OutboxState.UNKNOWN, OutboxState.DEAD):
                self._metrics.outbox.labels(channel, account, state.value).set(found.states.get(state, 0))
            age = (now - found.oldest).total_seconds() if found.oldest else 0.0
            self._metrics.oldest.labels(channel, account).set(max(age, 0.0))
            self._metrics.paused.labels(channel, account).set(lane_of(key) in resting)

    def _count_tokens(self) -> None:
        for name, platform in self._wechat.items():
            for result, count in platform.token_calls.items():
                self._metrics.token_calls.labels(name, result).inc(count - self._fetched.get((name, result), 0))
                self._fetched[name, result] = count


def lane_of(account: AccountKey) -> str:
    """Return the name under which an account's rests are kept."""
    return f"{OUTBOX_LANE}:{account[0]}:{account[1]}"


def _key_of(lane: str) -> AccountKey:
    _, channel, account = lane.split(":", 2)
    return Channel(channel), account
