"""What Weibo accounts need beside the loops of all platforms: shared counts and rests, word of dying tokens, health.

`WeiboHealth` is what a page about accounts asks; the same numbers stand in /metrics.
"""

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta

import structlog

from adapters.platform import RetryAfter
from adapters.weibo.calls import Lane
from adapters.weibo.client import WeiboPlatform
from adapters.weibo.standing import WHOLE_LANE, token_print
from adapters.weibo.tokens import warning_step
from bot.clock import Clock, local
from bot.messages import Channel
from bot.metrics import Metrics
from bot.petitions.account_ports import AccountHealth, Rest, TokenHealth, TokenState
from bot.petitions.ports import Storage, StorageUnavailable
from config.accounts import WeiboAccount

log = structlog.get_logger(__name__)

_FRESH = timedelta(seconds=30)
"""How old what is known of the other processes' failures may be."""


def open_lane(account: str) -> str:
    """Return the name of an account's lane to the open interfaces, as its calls are counted under."""
    return f"weibo:{account}:open"


class SharedBudget:
    """`adapters.weibo.budget.CallBudget` in the database: survives restarts, and all processes share it."""

    def __init__(self, storage: Storage, *, limits: Mapping[str, int]) -> None:
        """`limits` are the calls of a day by budget name."""
        self._storage = storage
        self._limits = limits

    async def spend(self, name: str, cost: int, *, reserve: int, now: datetime) -> bool:
        """Take `cost` calls from the day's budget; return whether they may be made."""
        try:
            async with self._storage.begin() as work:
                day = local(now).date().isoformat()
                taken = await work.calls.spend(name, day, cost, limit=self._limits[name], reserve=reserve)
                await work.commit()
        except StorageUnavailable as error:  # a call that cannot be counted is not made
            raise RetryAfter("the calls of the day cannot be counted now", code="uncounted", seconds=5.0) from error
        return taken


class SharedStanding:
    """`adapters.weibo.standing.Standing` in the database: all processes let the same calls rest.

    What failed before this process was started is tried once more: somebody may have started it for that.
    """

    def __init__(self, storage: Storage, *, clock: Clock) -> None:
        self._storage = storage
        self._started = clock.now()
        self._read_at: datetime | None = None
        self._known: dict[str, dict[str, Rest]] = {}

    async def rests(self, lane: str, *, now: datetime) -> Mapping[str, Rest]:
        """Return the rests of a lane by call, as they were half a minute ago at most."""
        if self._read_at is None or abs(now - self._read_at) > _FRESH:
            await self._read(now)
        return self._known.get(lane, {})

    async def put(self, lane: str, call: str, rest: Rest) -> None:
        """Keep that a call has failed again."""
        self._known.setdefault(lane, {})[call] = rest
        try:
            async with self._storage.begin() as work:
                await work.accounts.put_rest(lane, call, rest)
                await work.commit()
        except StorageUnavailable:
            log.warning("weibo.rest_not_kept", lane=lane)  # this process knows it all the same

    async def clear(self, lane: str, call: str) -> None:
        """Forget it: the call works again."""
        self._known.get(lane, {}).pop(call, None)
        try:
            async with self._storage.begin() as work:
                await work.accounts.clear_rest(lane, call)
                await work.commit()
        except StorageUnavailable:
            log.warning("weibo.rest_not_kept", lane=lane)  # it is read again, and cleared after the next call
        else:
            log.info("weibo.works_again", lane=lane, call=call)

    def in_force(self, rest: Rest, *, now: datetime) -> bool:
        """Tell whether calls are to be left alone because of `rest`."""
        return now < rest.until and rest.failed_at >= self._started

    async def _read(self, now: datetime) -> None:
        self._read_at = now
        try:
            async with self._storage.read() as work:
                found = await work.accounts.rests()
        except StorageUnavailable:
            return
        self._known = {}
        for lane, call, rest in found:
            self._known.setdefault(lane, {})[call] = rest


class WeiboHealth:
    """`bot.petitions.account_ports.AccountsHealth` of the Weibo accounts."""

    def __init__(
        self, storage: Storage, *, platforms: Mapping[str, WeiboPlatform], settings: Sequence[WeiboAccount]
    ) -> None:
        self._storage = storage
        self._platforms = platforms
        self._settings = settings

    async def health(self, *, now: datetime) -> tuple[AccountHealth, ...]:
        """Return how the accounts stand; raise `StorageUnavailable`."""
        day = local(now).date().isoformat()
        async with self._storage.read() as work:
            rests = {(lane, call): rest for lane, call, rest in await work.accounts.rests()}
            looks = await work.accounts.looks()
            made = {one.account: await work.calls.made(open_lane(one.account), day) for one in self._settings}
        return tuple(
            AccountHealth(
                channel=Channel.WEIBO,
                account=one.account,
                tokens=tuple(
                    _token(name, lane, rests, now=now) for name, lane in self._platforms[one.account].lanes.items()
                ),
                calls_a_day=one.daily_calls,
                calls_made=made[one.account],
                kept_for_answers=one.kept_for_answers,
                looks=tuple(look for look in looks if look.account == one.account),
            )
            for one in self._settings
        )


def _token(name: str, lane: Lane, rests: Mapping[tuple[str, str], Rest], *, now: datetime) -> TokenHealth:
    left, print_ = lane.slot.days_left(now), token_print(lane.slot.token)
    failed = {call: rest for (of, call), rest in rests.items() if of == lane.name and rest.token == print_}
    if failed:
        call = WHOLE_LANE if WHOLE_LANE in failed else min(failed)
        rest = failed[call]
        return TokenHealth(
            name=name,
            state=TokenState.RESTING,
            expires=lane.slot.expires,
            days_left=left,
            code=rest.code,
            remedy=rest.remedy,
            call=call,
            since=rest.since,
            tried_at=rest.until,
        )
    step = lane.slot.warning(now)
    state = TokenState.GOOD if step is None else TokenState.ENDING if step else TokenState.ENDED
    return TokenHealth(name=name, state=state, expires=lane.slot.expires, days_left=left)


class TokenWatch:
    """Says 30, 14, 7 and 1 days before that a token ends, and when it has; once for each step and process."""

    def __init__(self, health: WeiboHealth, *, clock: Clock, metrics: Metrics) -> None:
        self._health = health
        self._clock = clock
        self._metrics = metrics
        self._said: dict[tuple[str, str], int] = {}

    async def look(self) -> None:
        """Warn of every token that has come to a new step, and show all in /metrics."""
        for account in await self._health.health(now=self._clock.now()):
            self._metrics.calls_left.labels(account.account).set(account.calls_left)
            for token in account.tokens:
                self._metrics.token_resting.labels(account.account, token.name).set(token.state is TokenState.RESTING)
                if token.days_left is not None:
                    self._metrics.token_days.labels(account.account, token.name).set(token.days_left)
                    self._warn(account.account, token)

    def _warn(self, account: str, token: TokenHealth) -> None:
        step = warning_step(token.days_left)
        if step is not None and self._said.get((account, token.name)) != step:
            log.error("weibo.token_ends", account=account, token=token.name, days=token.days_left)
            self._said[account, token.name] = step
