"""WeChat Official Account (服务号)."""
