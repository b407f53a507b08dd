"""The tuning report as one HTML page that needs no network and no script.

It looks as the evaluation report does, whose style it takes.
"""

from __future__ import annotations

from aurum_plugins.forecasting.evaluation import figures
from aurum_plugins.forecasting.tuning.knob import Value
from aurum_plugins.forecasting.tuning.tuning_charts import history_chart, windows_chart
from aurum_plugins.forecasting.tuning.tuning_report import TuningReport
from aurum_plugins.page_template import page_style, page_template

_STYLES = ("aurum_plugins.preprocessing.quality", "aurum_plugins.forecasting.evaluation")
_FORMATS = (figures.count, figures.day, figures.moment, figures.share, figures.signed)


def render_page(report: TuningReport) -> str:
    """The report as a page.

    Parameters
    ----------
    report : TuningReport
        Its texts may hold anything: they are escaped.

    Returns
    -------
    str
        An HTML document without script, which fetches nothing.
    """
    filters = {"short": shown_value, "loss": "{:.4f}".format}
    return page_template(__package__, "page.html", _FORMATS, filters).render(
        report=report,
        header=report.header,
        history=history_chart(report),
        windows=windows_chart(report),
        most=max(report.importances.values(), default=0.0) or 1.0,
        style=page_style(*((package, "page.css") for package in _STYLES)),
    )


def shown_value(value: Value) -> str:
    """A setting's value, real numbers to three digits."""
    return f"{value:.3g}" if isinstance(value, float) else str(value)
