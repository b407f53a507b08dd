"""How much of the code the last run of the tests went through."""

from __future__ import annotations

import io
from dataclasses import dataclass
from datetime import UTC, datetime
from importlib.util import find_spec
from pathlib import Path
from typing import Final

from aurum_plugins.validation.errors import NotMeasured

DATA: Final = ".coverage"
PACKAGE: Final = "aurum_plugins"
MEND: Final = "run `make test` first"


@dataclass(frozen=True)
class CoverageAccount:
    """Branch coverage.

    Attributes
    ----------
    share : float
        Of lines and branches, as coverage.py reckons it.
    files : int
        Of the package.
    measured : datetime
        When the tests ended, UTC.
    changed_since : int
        Files of the package that were changed after that.
    """

    share: float
    files: int
    measured: datetime
    changed_since: int


def coverage_account(checkout: Path) -> CoverageAccount:
    """Read what the last run of the tests left behind; no test is run.

    Parameters
    ----------
    checkout : pathlib.Path

    Raises
    ------
    NotMeasured
        If there is no such file, it is not whole, or coverage.py is not installed.
    """
    data = checkout / DATA
    if not data.is_file():
        raise NotMeasured(f"no test run has left {data}; {MEND}")
    if find_spec("coverage") is None:
        raise NotMeasured("coverage.py is not installed; pip install 'aurumbotx[dev]'")
    from coverage import Coverage  # noqa: PLC0415 - an extra
    from coverage.exceptions import CoverageException  # noqa: PLC0415

    # Its sources stand in it as they were named on this machine.
    whole = Coverage(data_file=data, config_file=str(checkout / "pyproject.toml"))
    try:
        whole.load()
        share = whole.report(file=io.StringIO()) / 100
    except CoverageException as error:
        raise NotMeasured(f"{data} cannot be read: {error}; {MEND}") from error
    measured = data.stat().st_mtime
    sources = [file.stat().st_mtime for file in (checkout / PACKAGE).rglob("*.py")]
    return CoverageAccount(
        share=share,
        files=len(sources),
        measured=datetime.fromtimestamp(measured, UTC),
        changed_since=sum(changed > measured for changed in sources),
    )
