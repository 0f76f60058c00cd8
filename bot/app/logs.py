"""How the process logs: one JSON object a line on standard error, or a readable form on a terminal.

Events carry names and ids only, tracebacks no local variables; what citizens say, tokens and signatures never get here
in the first place.
"""

import logging
import sys

import structlog


def configure_logs(*, readable: bool | None = None, level: int = logging.INFO) -> None:
    """Set logging up for this process; `readable` None asks the terminal."""
    pretty = sys.stderr.isatty() if readable is None else readable
    shared: list[structlog.typing.Processor] = [
        structlog.contextvars.merge_contextvars,
        structlog.processors.add_log_level,
        structlog.processors.TimeStamper(fmt="iso", utc=True),
    ]
    rendering: list[structlog.typing.Processor] = (
        [structlog.dev.ConsoleRenderer(exception_formatter=structlog.dev.plain_traceback)]
        if pretty
        else [structlog.processors.format_exc_info, structlog.processors.JSONRenderer(ensure_ascii=False)]
    )
    structlog.configure(
        processors=[*shared, *rendering],
        wrapper_class=structlog.make_filtering_bound_logger(level),
        logger_factory=structlog.PrintLoggerFactory(file=sys.stderr),
        cache_logger_on_first_use=True,
    )
    logging.basicConfig(level=logging.WARNING, stream=sys.stderr, format="%(levelname)s %(name)s %(message)s")
    # aiohttp.access would write query strings, and with them signatures; nothing here turns it on
    logging.getLogger("aiohttp.access").setLevel(logging.CRITICAL)
