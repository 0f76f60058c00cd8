"""What the platform's later word on a message means for the ways to its citizen."""

from datetime import datetime

from bot.messages import DeliveryReport
from bot.petitions.outbox_ports import Reported
from bot.petitions.ports import UnitOfWork
from bot.petitions.reach_ports import GrantEnd


async def settle_report(work: UnitOfWork, report: DeliveryReport, *, citizen: str, now: datetime) -> Reported | None:
    """Settle the attempt; where the citizen blocks its form, that form rests, or its consents end."""
    reported = await work.outbox.report(report, citizen=citizen, now=now)
    if reported is None or not (reported.news and report.blocked):
        return reported
    if report.template:
        await work.reach.revoke(citizen, report.template, why=GrantEnd.REFUSED, now=now)
    else:
        await work.reach.refuse(citizen, reported.rung, code=report.detail, now=now)
    return reported
