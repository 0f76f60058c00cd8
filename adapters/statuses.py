"""What an HTTP status means that a platform itself never gives: it comes from whatever stands between."""

from adapters.platform import CredentialsError, Refused, RetryAfter, SendError, UnknownOutcome

_OK, _ELSEWHERE, _CLIENT_ERROR, _BUSY, _SERVER_ERROR = 200, 300, 400, 429, 500
_ACCESS = frozenset({401, 403, 404, 405, 407})
_BUSY_SECONDS = 60.0


def error_for_status(status: int, *, call: str, busy: type[RetryAfter], remedy: str) -> SendError | None:
    """Return the error for a status, None for 200; `busy` for too many calls, `remedy` where our settings are wrong.

    A failing server may have taken the message, and so may one that speaks of a success other than 200. An address that
    refuses us is a matter of settings, not of the message.
    """
    message, text = f"{call}: HTTP {status}", f"http {status}"
    if status == _OK:
        return None
    if status == _BUSY:
        return busy(message, code=text, seconds=_BUSY_SECONDS)
    if status >= _SERVER_ERROR or status < _ELSEWHERE:
        return UnknownOutcome(message, code=text)
    if status < _CLIENT_ERROR or status in _ACCESS:
        return CredentialsError(message, code=text, remedy=remedy)
    return Refused(message, code=text)
