"""The report as one HTML page that needs no network and no script.

It looks as the page of the data quality report does, whose style it begins with; its charts are
SVG drawn by the template.
"""

from __future__ import annotations

import json
from importlib import resources

from jinja2 import Environment, StrictUndefined
from markupsafe import Markup

from aurum_plugins.forecasting.evaluation import figures
from aurum_plugins.forecasting.evaluation.report import EvaluationReport
from aurum_plugins.forecasting.evaluation.target_view import TargetView

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
    # Not StrictUndefined would show a figure that is not there as nothing at all.
    environment = Environment(
        autoescape=True, undefined=StrictUndefined, trim_blocks=True, lstrip_blocks=True
    )
    environment.filters.update({form.__name__: form for form in _FORMATS})
    environment.filters["json"] = json.dumps
    style = _text(_SHARED_STYLE, "page.css") + _text(__package__, "page.css")
    return environment.from_string(_text(__package__, "page.html")).render(
        header=report.header,
        failures=report.failures,
        views=[TargetView(t, report.header, n) for n, t in enumerate(report.targets, 1)],
        style=Markup(style),  # noqa: S704 - our own files
    )


def _text(package: str, name: str) -> str:
    return resources.files(package).joinpath(name).read_text(encoding="utf-8")
