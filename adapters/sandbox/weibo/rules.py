"""Which rule of the platform each refusal of the fake Weibo is of."""

from collections.abc import Mapping

from adapters.sandbox.verdicts import Rule

RULES: Mapping[int, Rule] = {
    26401: Rule.WINDOW,
    26402: Rule.WINDOW,
    20301: Rule.FOLLOWING,
    20008: Rule.CONTENT,
    20012: Rule.CONTENT,
    20013: Rule.CONTENT,
    20020: Rule.CONTENT,
    21602: Rule.CONTENT,
    20019: Rule.REPEAT,
    20306: Rule.REPEAT,
    10022: Rule.QUOTA,
    10023: Rule.QUOTA,
    20016: Rule.QUOTA,
    **dict.fromkeys((20101, 20201, 20206, 20207, 20303, 20305), Rule.UNFORESEEN),
    **dict.fromkeys((10014, 20031, 21317, 21327, 21332), Rule.UNFORESEEN),
}
"""The rule of each code that the fake gives by itself; the others are wrong calls."""
