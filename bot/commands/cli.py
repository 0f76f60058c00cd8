"""The commands put together. Each takes `--config FILE`; what FILE does not name falls back to the shipped files."""

import typer

from bot.commands import (
    calendar,
    checking,
    codes,
    deadlines,
    menu,
    petitions,
    phrases,
    rebuild,
    serving,
    showing,
    talking,
    users,
)

cli = typer.Typer(
    name="bot",
    help="问桥 Wenqiao: a petition gateway between citizens and the units of a city.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
)
cli.command("serve")(serving.serve)
cli.command("migrate")(serving.migrate)
cli.command("demo")(showing.demo)
cli.command("sandbox")(showing.sandbox)
cli.command("talk")(talking.talk)
cli.command("check")(checking.check)
cli.command("act")(petitions.act)
cli.command("deadline")(deadlines.deadline)
cli.command("rebuild")(rebuild.rebuild)
cli.command("qr")(codes.code)
bottom_menu = typer.Typer(help="The bottom menu of the WeChat accounts.", no_args_is_help=True)
bottom_menu.command("push")(menu.push)
bottom_menu.command("show")(menu.show)
cli.add_typer(bottom_menu, name="menu")
work_calendar = typer.Typer(help="The work calendar: holidays and make-up workdays.", no_args_is_help=True)
work_calendar.command("show")(calendar.show)
work_calendar.command("import")(calendar.import_notice)
work_calendar.command("preview")(calendar.preview)
work_calendar.command("apply")(calendar.apply)
cli.add_typer(work_calendar, name="calendar")
export = typer.Typer(help="Write petitions out.", no_args_is_help=True)
export.command("petitions")(petitions.export_petitions)
export.callback()(lambda: None)
cli.add_typer(export, name="export")
words = typer.Typer(help="What citizens are told.", no_args_is_help=True)
words.command("check")(phrases.check)
words.command("list")(phrases.listed)
cli.add_typer(words, name="phrases")
staff = typer.Typer(help="Members of staff who may sign in to the console.", no_args_is_help=True)
staff.command("add")(users.add)
staff.command("list")(users.show)
staff.command("disable")(users.disable)
staff.command("password")(users.password)
cli.add_typer(staff, name="users")
