"""The monitor's page: a shell without figures, which its script fills from the JSON."""

from __future__ import annotations

from importlib import metadata

from aurum_plugins.monitoring.settings import MonitorSettings
from aurum_plugins.page_template import page_template
from aurum_plugins.reasons import Reason


def render_page(settings: MonitorSettings) -> str:
    """The page's HTML; it holds no secret and no data, so that a stranger may be given it.

    Parameters
    ----------
    settings : MonitorSettings
        From when on a bot counts as silent or hung, and a candle as old: the page judges that
        itself, so that it also does while the monitor is away.

    Returns
    -------
    str
        A document that loads nothing but `/static/...`.
    """
    return page_template(__package__, "templates/monitor.html").render(
        silent_ms=round(settings.silent_seconds * 1000),
        hung_ms=round(settings.hung_seconds * 1000),
        first_loop_ms=round(settings.first_loop_seconds * 1000),
        stale_candles=settings.stale_candles,
        reasons=tuple(Reason),
        version=metadata.version("aurumbotx"),
    )
