"""The command line: `python -m bot COMMAND`."""

import sys
from pathlib import Path

import bot


def main() -> None:
    """Run the command line, unless the five packages come from different places."""
    strays = _strays()
    if strays:
        sys.exit(
            f"wenqiao: {', '.join(strays)} would be loaded from another folder than bot/: "
            "another package of that name is installed in this environment; use a fresh virtual environment"
        )
    from bot.commands.cli import cli  # noqa: PLC0415 -- only now is it known whose packages this would load

    cli()


def _strays() -> list[str]:
    """Return the names of our packages that do not lie beside `bot`."""
    import importlib.util  # noqa: PLC0415 -- needed here only

    home = Path(bot.__file__).resolve().parent.parent
    strays = []
    for name in ("adapters", "dialogs", "storage", "config"):
        spec = importlib.util.find_spec(name)
        if spec is None or spec.origin is None or Path(spec.origin).resolve().parent.parent != home:
            strays.append(name)
    return strays


if __name__ == "__main__":
    main()
