"""Platform accounts out of the settings: the inbound codec and the outbound client of each."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

from adapters.platform import Callback, Platform, PublicPlatform, Window
from adapters.transport import Transport
from adapters.wechat.client import WeChatPlatform
from adapters.wechat.protocol import Codec
from adapters.wechat.tokens import TokenStore
from adapters.weibo import protocol as weibo
from adapters.weibo.budget import CallBudget
from adapters.weibo.client import WeiboPlatform
from adapters.weibo.labels import Labels
from adapters.weibo.replay import AskedElsewhere
from adapters.weibo.speaking import PublicSide
from adapters.weibo.standing import Standing
from adapters.weibo.tokens import TokenSlot
from adapters.weibo.windows import WindowRules
from bot.app.labels import public_problems, wechat_labels, weibo_labels
from bot.app.templates import compile_templates
from bot.clock import SHANGHAI, Clock
from bot.messages import Channel
from bot.phrasing import Phrasing
from config.accounts import WeChatAccount, WeiboAccount
from config.errors import SettingsError
from config.sections import Office
from config.settings import Settings

Key = tuple[Channel, str]
_MEGABYTE = 1024 * 1024
_NO_ADDRESS = "127.0.0.1"
"""What a sandbox is told; the settings demand a real one for Weibo itself."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Accounts:
    """All accounts by channel and name."""

    callbacks: Mapping[Key, Callback]
    platforms: Mapping[Key, Platform]
    wechat: Mapping[str, WeChatPlatform]
    """The WeChat ones of `platforms` by name, likewise."""
    weibo: Mapping[str, WeiboPlatform]
    """The Weibo ones of `platforms` by name, for what only they can do."""
    public: Mapping[Key, PublicPlatform]


def build_accounts(
    settings: Settings,
    *,
    phrasing: Phrasing,
    transport: Transport,
    tokens: TokenStore,
    clock: Clock,
    budget: CallBudget | None = None,
    standing: Standing | None = None,
) -> Accounts:
    """Build every account of the settings; raise `SettingsError` for templates and public words that cannot be said.

    What adapters say by themselves is in the words of `phrasing`. `budget` counts the calls of Weibo's open interfaces,
    `standing` knows which of its calls rest; without them every account counts its own, in memory.
    """
    if settings.weibo and (problems := tuple(public_problems(phrasing))):
        raise SettingsError(problems)
    wechat = {
        one.account: _wechat(
            one,
            where=f"wechat.{index}",
            phrasing=phrasing,
            transport=transport,
            tokens=tokens,
            clock=clock,
            largest_file=settings.storage.media_max_mb * _MEGABYTE,
        )
        for index, one in enumerate(settings.wechat)
    }
    office, labels = settings.office, weibo_labels(phrasing)
    spoken = {
        one.account: _weibo(
            one,
            office=office,
            labels=labels,
            transport=transport,
            clock=clock,
            budget=budget,
            standing=standing,
        )
        for one in settings.weibo
    }
    return Accounts(
        callbacks=_callbacks(settings),
        platforms={
            **{(Channel.WECHAT, name): platform for name, platform in wechat.items()},
            **{(Channel.WEIBO, name): platform for name, platform in spoken.items()},
        },
        wechat=wechat,
        weibo=spoken,
        public={
            (Channel.WEIBO, one.account): PublicSide(
                platform=spoken[one.account], labels=labels, own_words=own_words(one, office)
            )
            for one in settings.weibo
        },
    )


def _callbacks(settings: Settings) -> dict[Key, Callback]:
    max_age = settings.intake.max_age or None
    callbacks: dict[Key, Callback] = {
        (Channel.WECHAT, one.account): Codec(
            account=one.account,
            app_id=one.app_id,
            token=one.token.get_secret_value(),
            aes_key=one.aes_key.get_secret_value(),
            previous_aes_key=one.previous_aes_key.get_secret_value(),
            original_id=one.original_id,
            plain=one.plain,
            max_age=max_age,
        )
        for one in settings.wechat
    }
    for one in settings.weibo:
        callbacks[Channel.WEIBO, one.account] = weibo.Codec(
            account=one.account,
            uid=one.uid,
            app_secret=one.app_secret.get_secret_value(),
            replays=AskedElsewhere(),
            max_age=max_age,
            bots=one.bots,
        )
    return callbacks


def _wechat(
    account: WeChatAccount,
    *,
    where: str,
    phrasing: Phrasing,
    transport: Transport,
    tokens: TokenStore,
    clock: Clock,
    largest_file: int,
) -> WeChatPlatform:
    return WeChatPlatform(
        account=account.account,
        app_id=account.app_id,
        app_secret=account.app_secret.get_secret_value(),
        labels=wechat_labels(phrasing),
        transport=transport,
        tokens=tokens,
        clock=clock,
        templates=compile_templates(account.templates, where=f"{where}.templates", phrasing=phrasing),
        subscriptions=compile_templates(account.subscriptions, where=f"{where}.subscriptions", phrasing=phrasing),
        api_base=account.api_base,
        video_hosts=tuple(account.media_hosts),
        largest_file=largest_file,
    )


def _weibo(
    account: WeiboAccount,
    *,
    office: Office,
    labels: Labels,
    transport: Transport,
    clock: Clock,
    budget: CallBudget | None,
    standing: Standing | None,
) -> WeiboPlatform:
    return WeiboPlatform(
        account=account.account,
        uid=account.uid,
        app_key=account.app_key,
        fans=TokenSlot(token=account.fans_token.get_secret_value(), expires=_end_of(account.fans_expires)),
        oauth=TokenSlot(token=account.oauth_token.get_secret_value(), expires=_end_of(account.oauth_expires)),
        rip=account.rip or _NO_ADDRESS,
        labels=labels,
        transport=transport,
        clock=clock,
        budget=budget,
        standing=standing,
        kept_for_answers=account.kept_for_answers,
        windows=WindowRules(
            contact=Window(messages=account.window_messages, lasts=timedelta(hours=account.window_hours)),
            mention=Window(messages=account.mention_messages, lasts=timedelta(hours=account.mention_hours)),
        ),
        window_codes=account.window_codes,
        own_words=own_words(account, office),
        api_base=account.api_base,
        messages_base=account.messages_base,
        upload_base=account.upload_base,
    )


def own_words(account: WeiboAccount, office: Office) -> tuple[str, ...]:
    """Return what may stand in public though it looks personal: the office's phone, and its own @name."""
    return (office.phone, *((f"@{account.name}",) if account.name else ()))


def _end_of(day: date | None) -> datetime | None:
    """Return the moment at which a token's last day begins: whoever renews it then is not late."""
    return None if day is None else datetime.combine(day, time(), SHANGHAI)
