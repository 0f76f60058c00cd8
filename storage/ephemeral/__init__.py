"""What may be lost: shared tokens, counters of how often, wake-ups; in memory or in Redis, the truth is in SQL."""
