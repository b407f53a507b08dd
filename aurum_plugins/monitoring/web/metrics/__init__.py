"""What Prometheus is told of bots and of the monitor itself."""

from aurum_plugins.monitoring.web.metrics.metrics import Metrics

__all__ = ["Metrics"]
