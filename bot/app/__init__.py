"""The composition root: the one place that reads settings, chooses storage and platforms, and wires the gateway."""
