"""Judging one situation by one check."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from entry_situations import golden

from aurum_plugins.execution.check_settings import CheckSettings
from aurum_plugins.execution.checks import PreTradeCheck
from aurum_plugins.refusal import Refusal

Judge = Callable[..., Refusal | None]


@pytest.fixture
def judge(check: type[PreTradeCheck]) -> Judge:
    """`judge(settings_by_name, **changes_of_the_golden_situation)`; a file names its `check`."""

    def judged(settings: dict[str, Any] | None = None, **changes: Any) -> Refusal | None:
        return check(CheckSettings(**settings or {}))(golden(**changes))

    return judged
