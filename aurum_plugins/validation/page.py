"""The report as one HTML page that needs no network and no script.

It looks as the page of the data quality report does, whose style it begins with.
"""

from __future__ import annotations

from markupsafe import Markup

from aurum_plugins.page_template import page_style, page_template
from aurum_plugins.preprocessing.quality.figures import moment
from aurum_plugins.validation.figures import measured, verdict, wanted
from aurum_plugins.validation.report import ValidationReport
from aurum_plugins.validation.sentences import beside, rollback_words

_SHARED_STYLE = "aurum_plugins.preprocessing.quality"
_FORMATS = (beside, measured, moment, rollback_words, verdict, wanted)


def render_page(report: ValidationReport) -> str:
    """The report as a page.

    Parameters
    ----------
    report : ValidationReport
        Its texts may hold anything: they are escaped.

    Returns
    -------
    str
        An HTML document without script, which fetches nothing.
    """
    return page_template(__package__, "page.html", _FORMATS, {"coded": _coded}).render(
        report=report,
        header=report.header,
        style=page_style((_SHARED_STYLE, "page.css"), (__package__, "page.css")),
    )


def _coded(text: str) -> Markup:
    """A text whose parts between grave accents are commands."""
    code = Markup("<code>{}</code>")
    parts = enumerate(text.split("`"))
    return Markup("").join(code.format(part) if number % 2 else part for number, part in parts)
