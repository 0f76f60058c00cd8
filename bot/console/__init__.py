"""The forwarding console (转办台): where staff read petitions and act on them.

`routes.console_app` builds it; the roof mounts it at /console/. It knows the domain and its ports, and neither the
database nor the settings nor any platform. Views decide nothing: `access` says who may see what, the lifecycle says
which acts there are, `words` says it in Chinese.
"""
