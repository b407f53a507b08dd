"""The report as one HTML page that needs no network and no script.

It looks as the page of the data quality report does, whose style it begins with; its charts are
SVG drawn by the template.
"""

from __future__ import annotations

import json

from aurum_plugins.forecasting.evaluation import figures
from aurum_plugins.forecasting.evaluation.report import EvaluationReport
from aurum_plugins.forecasting.evaluation.target_view import TargetView
from aurum_plugins.page_template import page_style, page_template

_SHARED_STYLE = "aurum_plugins.preprocessing.quality"
_FORMATS = (
    figures.between,
    figures.count,
    figures.day,
    figures.moment,
    figures.plain_between,
    figures.points,
    figures.points_between,
    figures.ratio,
    figures.share,
    figures.signed,
    figures.signed_between,
    figures.statistic,
    figures.words,
)


def render_page(report: EvaluationReport) -> str:
    """The report as a page.

    Parameters
    ----------
    report : EvaluationReport
        Its texts may hold anything: they are escaped.

    Returns
    -------
    str
        An HTML document without script, which fetches nothing.
    """
    return page_template(__package__, "page.html", _FORMATS, {"json": json.dumps}).render(
        header=report.header,
        failures=report.failures,
        views=[TargetView(t, report.header, n) for n, t in enumerate(report.targets, 1)],
        style=page_style((_SHARED_STYLE, "page.css"), (__package__, "page.css")),
    )
