"""Moments as citizens and staff read them: Beijing time, always."""

from datetime import datetime

from bot.clock import local

_WEEKDAYS = "一二三四五六日"


def moment(at: datetime) -> str:
    """`2026年12月1日 23:59`, the form that WeChat's `time` fields take."""
    here = local(at)
    return f"{here.year}年{here.month}月{here.day}日 {here:%H:%M}"


def day(at: datetime) -> str:
    """`12月1日（星期二）`."""
    here = local(at)
    return f"{here.month}月{here.day}日（星期{_WEEKDAYS[here.weekday()]}）"
