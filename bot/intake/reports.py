"""What the platform tells besides what citizens say: what became of messages, and what citizens consented to.

Happens inside the transaction that also stores the event, so that a repeat of it changes nothing.
"""

from collections.abc import Sequence
from datetime import datetime
from typing import assert_never

import structlog

from adapters.platform import Subscription
from bot.messages import Consent, DeliveryReport, Inbound
from bot.petitions.ports import UnitOfWork
from bot.petitions.reach_ports import Grant, GrantEnd, GrantSource
from bot.petitions.reporting import settle_report

log = structlog.get_logger(__name__)


async def keep_reports(
    work: UnitOfWork, inbound: Inbound, *, subscriptions: Sequence[Subscription], now: datetime
) -> None:
    """Keep everything that `inbound` reports; `subscriptions` are the account's."""
    citizen = inbound.citizen.key
    for place, report in enumerate(inbound.reports):
        match report:
            case DeliveryReport():
                await _settle(work, report, citizen=citizen, now=now)
            case Consent():
                key = f"{inbound.key}#{place}"
                await _keep_consent(work, report, citizen=citizen, key=key, subscriptions=subscriptions, now=now)
            case _:
                assert_never(report)


async def _settle(work: UnitOfWork, report: DeliveryReport, *, citizen: str, now: datetime) -> None:
    """Settle an attempt. Where the citizen blocks its form, the message goes on to the next one."""
    if await settle_report(work, report, citizen=citizen, now=now) is None:
        log.info("intake.report_of_nothing", template=report.template)  # it may only be early


async def _keep_consent(
    work: UnitOfWork,
    consent: Consent,
    *,
    citizen: str,
    key: str,
    subscriptions: Sequence[Subscription],
    now: datetime,
) -> None:
    """Keep a consent, or end those that were given.

    A no to the question is no more than that: what was agreed to before stays good. A yes in the settings gives nothing
    to be used up, so it counts only where consents last.
    """
    known = next((one for one in subscriptions if one.template == consent.template), None)
    if known is None:
        log.warning("intake.unknown_subscription", template=consent.template)
        return
    if not consent.given:
        if not consent.asked:
            await work.reach.revoke(citizen, consent.template, why=GrantEnd.REVOKED, now=now)
        return
    if consent.asked or known.lasting:
        source = GrantSource.POPUP if consent.asked else GrantSource.SETTINGS
        await work.reach.grant(
            Grant(
                key=key,
                citizen=citizen,
                template=consent.template,
                lasting=known.lasting,
                source=source,
                granted_at=now,
            )
        )
