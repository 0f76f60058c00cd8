"""What can be wrong with a request to the sandbox.

The tree::

    AdapterError
    ├── BadInput    a scripted request that cannot be understood; answered 400 with its message
    └── ApiError    an API call that the fake platform refuses, with the platform's own code
"""

from adapters.platform import AdapterError


class BadInput(AdapterError):
    """The request to the sandbox cannot be understood."""


class ApiError(AdapterError):
    """The fake platform refuses the call; `unforeseen` where the account cannot have known yet what it runs against."""

    def __init__(self, errcode: int, errmsg: str, *, unforeseen: bool = False) -> None:
        super().__init__(f"{errcode} {errmsg}")
        self.errcode = errcode
        self.errmsg = errmsg
        self.unforeseen = unforeseen
