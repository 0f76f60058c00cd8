"""The few words that a WeChat message says besides those it is given: handed in, as the adapter speaks no language."""

from bot.values import frozen


@frozen
class Labels:
    """`more` is the link to what did not fit; `blank` stands in a template's field that has no value.

    Fields of the type `phrase` take Chinese characters only: for those `blank` needs one, in whatever language.
    """

    more: str
    blank: str
