"""Moments as citizens and staff read them: Beijing time, always."""

from datetime import datetime
from functools import lru_cache

from bot.clock import local

_WEEKDAYS = "一二三四五六日"


@lru_cache(maxsize=256)
def moment(at: datetime) -> str:
    """`2026年12月1日 23:59`, the form that WeChat's `time` fields take."""
    here = local(at)
    return f"{here.year}年{here.month}月{here.day}日 {here.hour:02}:{here.minute:02}"


def day(at: datetime) -> str:
    """`12月1日（星期二）`."""
    here = local(at)
    return f"{here.month}月{here.day}日（星期{_WEEKDAYS[here.weekday()]}）"
