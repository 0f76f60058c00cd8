"""The callbacks: verify, parse, hand to intake, answer.

What the platform sees: 403 for what is not from it, 413 for a body nobody should send, its own word for "nothing to
say" for what was kept without a reply, the sealed reply otherwise. 503 only when nothing could be kept, so that the
platform delivers again. Query strings carry signatures: they never reach a log.
"""
