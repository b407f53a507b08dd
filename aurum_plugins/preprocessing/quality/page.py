"""The report as one HTML page that needs no network.

Bars and time axes are plain HTML and CSS instead of a plotting library: a page is some hundred
kilobytes instead of five million, fits every width, and needs no script, which its own security
policy forbids.
"""

from __future__ import annotations

from aurum_plugins.page_template import page_style, page_template
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
    return page_template(__package__, "page.html", _FORMATS).render(
        report=report,
        views=[PairView(pair, number) for number, pair in enumerate(report.pairs, 1)],
        style=page_style((__package__, "page.css")),
        psi_moderate=PSI_MODERATE,
        psi_large=PSI_LARGE,
        psi_shown=PSI_SHOWN,
    )
