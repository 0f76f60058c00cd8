"""What the adapters say by themselves in the shipped phrases, for tests that render."""

from bot.app.labels import wechat_labels, weibo_labels
from bot.phrasing import Phrasing
from config.phrases import load_phrases

PHRASING = Phrasing(load_phrases())
WECHAT, WEIBO = wechat_labels(PHRASING), weibo_labels(PHRASING)
