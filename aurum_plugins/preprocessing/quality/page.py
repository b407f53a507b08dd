"""The report as one HTML page that needs no network.

Bars and time axes are plain HTML and CSS instead of a plotting library: a page is some hundred
kilobytes instead of five million, fits every width, and needs no script, which its own security
policy forbids.
"""

from __future__ import annotations

from importlib import resources

from jinja2 import Environment, StrictUndefined
from markupsafe import Markup

from aurum_plugins.preprocessing.quality import figures
from aurum_plugins.preprocessing.quality.pair_view import (
    PSI_LARGE,
    PSI_MODERATE,
    PSI_SHOWN,
    PairView,
)
from aurum_plugins.preprocessing.quality.report import DataQualityReport

_FORMATS = (
    figures.percent,
    figures.count,
    figures.statistic,
    figures.moment,
    figures.day,
    figures.span,
    figures.words,
    figures.breakable,
)


def render_page(report: DataQualityReport) -> str:
    """The report as a page.

    Parameters
    ----------
    report : DataQualityReport
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
    return environment.from_string(_text("page.html")).render(
        report=report,
        views=[PairView(pair, number) for number, pair in enumerate(report.pairs, 1)],
        style=Markup(_text("page.css")),  # noqa: S704 - our own file
        psi_moderate=PSI_MODERATE,
        psi_large=PSI_LARGE,
        psi_shown=PSI_SHOWN,
    )


def _text(name: str) -> str:
    return resources.files(__package__).joinpath(name).read_text(encoding="utf-8")
