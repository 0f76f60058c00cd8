"""The chores of a running gateway: how its accounts stand, what is forgotten, what becomes of drafts left lying.

No message waits for any of it.
"""

from dataclasses import dataclass
from datetime import timedelta

from adapters.weibo import protocol as weibo
from bot.app.account_watch import EVERY_SECONDS, AccountWatch, EveryHealth
from bot.app.ground import Ground
from bot.app.housekeeping import Housekeeping, Keeping
from bot.app.upkeep import UpkeepLoop
from bot.app.wechat_quotas import WeChatQuotas
from bot.app.weibo_upkeep import TokenWatch, WeiboHealth
from bot.drafts import DraftCare
from bot.outbox.loop import OutboxLoop
from bot.petitions.account_ports import AccountsHealth


@dataclass(frozen=True, slots=True, kw_only=True)
class Chores:
    """What does them: every ten minutes, and of the accounts twice a minute."""

    upkeep: UpkeepLoop
    accounts: UpkeepLoop
    health: AccountsHealth
    """How the accounts stand, for whoever asks."""


def build_chores(ground: Ground, outbox: OutboxLoop) -> Chores:
    """Build them; none is done yet."""
    clock, metrics, settings = ground.clock, ground.metrics, ground.office.settings
    wechat = ground.accounts.wechat
    weibo_health = WeiboHealth(ground.storage, platforms=ground.accounts.weibo, settings=settings.weibo)
    quotas = WeChatQuotas(wechat, clock=clock, metrics=metrics)
    upkeep = {
        "tokens": TokenWatch(weibo_health, clock=clock, metrics=metrics).look,
        "quotas": quotas.look,
        "housekeeping": _housekeeping(ground).tidy,
        "drafts": _drafts(ground, outbox).look,
    }
    return Chores(
        upkeep=UpkeepLoop(upkeep, clock=clock),
        accounts=UpkeepLoop({"accounts": _account_watch(ground, outbox).look}, clock=clock, poll=EVERY_SECONDS),
        health=EveryHealth(
            wechat=wechat, settings=settings.wechat, tokens=ground.ephemeral, quotas=quotas, others=weibo_health
        ),
    )


def _housekeeping(ground: Ground) -> Housekeeping:
    settings = ground.office.settings
    keeping = settings.storage
    return Housekeeping(
        ground.storage,
        clock=ground.clock,
        keeping=Keeping(
            signed=weibo.query_lasts(settings.intake.max_age or None),
            mentions=timedelta(days=keeping.mentions_days),
            calls=timedelta(days=keeping.calls_days),
            chats=timedelta(days=keeping.chats_days),
            alarms=timedelta(days=keeping.alarms_days),
        ),
    )


def _drafts(ground: Ground, outbox: OutboxLoop) -> DraftCare:
    return DraftCare(
        storage=ground.storage,
        phrasing=ground.office.phrasing,
        clock=ground.clock,
        times=ground.office.catalogue.drafts,
        on_reminder=outbox.wake,
    )


def _account_watch(ground: Ground, outbox: OutboxLoop) -> AccountWatch:
    return AccountWatch(
        storage=ground.storage,
        accounts=tuple(ground.accounts.platforms),
        wechat=ground.accounts.wechat,
        pauses=outbox.pauses,
        clock=ground.clock,
        metrics=ground.metrics,
    )
