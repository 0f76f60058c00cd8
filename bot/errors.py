"""The root of every error tree of the gateway.

Each package derives one root of its own from `GatewayError` and draws its tree in its module docstring::

    GatewayError
    ├── bot.petitions.errors.PetitionError    a rule of the petition procedure was not met
    ├── adapters.platform.AdapterError        a platform failed, refused or could not be understood
    ├── storage.errors.StorageError           the database failed; wraps the driver's error once
    ├── config.errors.ConfigError             settings or data files do not hold together; lists all problems
    ├── config.policies.PolicyError           the time limits do not hold together; lists all problems
    ├── bot.petitions.calendar.CalendarError  a date outside the work calendar
    ├── bot.phrasing.PhraseError              a phrase is missing or lacks a value
    └── Overloaded                            more messages wait than can be taken
"""


class GatewayError(Exception):
    """The gateway could not do what was asked."""

    def __str__(self) -> str:
        """Return the message, or the class docstring where none was given."""
        return super().__str__() or (self.__doc__ or type(self).__name__).strip()


class Overloaded(GatewayError):
    """More messages wait than can be taken; the platform will deliver this one again."""
