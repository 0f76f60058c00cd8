"""The gateway's counters, one registry a running gateway; names are what dashboards rely on.

Label values are account names, kinds and outcomes: never anything a citizen said or is.
"""

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram, generate_latest


class Metrics:
    """All counters of one process."""

    def __init__(self) -> None:
        self.registry = CollectorRegistry()
        self.callbacks = Counter(
            "wenqiao_callbacks_total", "Callbacks by result", ["channel", "account", "result"], registry=self.registry
        )
        self.batches = Histogram(
            "wenqiao_batch_turns",
            "Turns committed together",
            buckets=(1, 2, 4, 8, 16, 32, 64, 128, 256),
            registry=self.registry,
        )
        self.turns = Counter("wenqiao_turns_total", "Turns by result", ["result"], registry=self.registry)
        self.spooled = Gauge(
            "wenqiao_spooled_messages", "Messages waiting for the database in the spool", registry=self.registry
        )
        self.notices = Counter(
            "wenqiao_notices_total",
            "Attempts to reach a citizen",
            ["account", "rung", "outcome"],
            registry=self.registry,
        )
        self.milestones = Counter(
            "wenqiao_milestones_total", "Milestones that came due", ["milestone"], registry=self.registry
        )
        self.media = Counter("wenqiao_media_total", "Files fetched by result", ["result"], registry=self.registry)
        self.token_days = Gauge(
            "wenqiao_token_days_left", "Days until a token ends", ["account", "token"], registry=self.registry
        )
        self.token_resting = Gauge(
            "wenqiao_token_resting", "1 while a token is refused by its platform", ["account", "token"],
            registry=self.registry,
        )  # fmt: skip
        self.outbox = Gauge(
            "wenqiao_outbox_messages", "Messages to citizens by state", ["channel", "account", "state"],
            registry=self.registry,
        )  # fmt: skip
        self.oldest = Gauge(
            "wenqiao_outbox_oldest_seconds", "Age of the oldest message not delivered", ["channel", "account"],
            registry=self.registry,
        )  # fmt: skip
        self.paused = Gauge(
            "wenqiao_account_paused", "1 while an account sends nothing", ["channel", "account"], registry=self.registry
        )
        self.token_calls = Counter(
            "wenqiao_token_refreshes_total", "Calls for an access token", ["account", "result"], registry=self.registry
        )
        self.calls_left = Gauge(
            "wenqiao_calls_left", "Calls of the open interfaces left today", ["account"], registry=self.registry
        )

        self.quota_left = Gauge(
            "wenqiao_quota_left", "Calls left today by WeChat's own word", ["account", "rung"], registry=self.registry
        )

    def text(self) -> bytes:
        """Return all of them in Prometheus' text format."""
        return generate_latest(self.registry)
