"""Where a text that is too long for one message is cut, in whatever language its words are. Knows no platform."""

_TIDY_PART = 3  # a cut at a sentence leaves at least a third of the page filled
_ENDS = (("。", "！", "？", "；", "\n"), (". ", "! ", "? ", "; "), ("，", ", ", " "))
"""Where a page may end, the best first."""
_JOINERS = "\u200d\ufe0f\u20e3"


def tidy_end(text: str, fits: int) -> int:
    """Return how many of the `fits` characters to keep: back to a sentence's end, else a pause, else all of them.

    `fits` is less than the length of `text`.
    """
    least = fits // _TIDY_PART
    for ends in _ENDS:
        end = max(text.rfind(mark, least, fits) for mark in ends)
        if end >= least:
            return end + 1
    while fits > least + 1 and (text[fits] in _JOINERS or text[fits - 1] == "\u200d"):
        fits -= 1  # an emoji made of several characters stays whole
    return fits
