"""The root of every error tree of the gateway.

Each package derives one root of its own from `GatewayError` and draws its tree in its module docstring::

    GatewayError
    ├── bot.petitions.errors.PetitionError    a rule of the petition procedure was not met
    ├── adapters.platform.AdapterError        a platform failed, refused or could not be understood
    ├── storage.errors.StorageError           the database failed; wraps the driver's error once
    └── config.errors.SettingsError           the settings do not hold together; lists all problems
"""


class GatewayError(Exception):
    """The gateway could not do what was asked."""

    def __str__(self) -> str:
        """Return the message, or the class docstring where none was given."""
        return super().__str__() or (self.__doc__ or type(self).__name__).strip()
