"""HTML pages of ours: every text is escaped, and what is not there is an error."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from importlib import resources
from typing import Any

from jinja2 import Environment, StrictUndefined, Template
from markupsafe import Markup


def page_template(
    package: str,
    name: str,
    formats: Iterable[Callable[..., Any]] = (),
    filters: Mapping[str, Callable[..., Any]] | None = None,
) -> Template:
    """A template that lies in a package.

    Parameters
    ----------
    package, name : str
        Where it is, and its path there.
    formats : iterable of callable
        Filters under their own names.
    filters : mapping, optional
        Filters by other names.
    """
    # Not StrictUndefined would show a figure that is not there as nothing at all.
    environment = Environment(
        autoescape=True, undefined=StrictUndefined, trim_blocks=True, lstrip_blocks=True
    )
    environment.filters |= {form.__name__: form for form in formats}
    environment.filters |= dict(filters or {})
    return environment.from_string(_text(package, name))


def page_style(*places: tuple[str, str]) -> Markup:
    """Style sheets that lie in packages, one after the other, to stand in a page.

    Parameters
    ----------
    *places : (str, str)
        Package, and path there.
    """
    return Markup("".join(_text(package, name) for package, name in places))  # noqa: S704 - our own


def _text(package: str, name: str) -> str:
    return resources.files(package).joinpath(name).read_text(encoding="utf-8")
