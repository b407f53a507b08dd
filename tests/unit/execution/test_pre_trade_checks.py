"""Running the list: in order, and never with an exception."""

from __future__ import annotations

import json
import logging
import math
from typing import ClassVar

import pytest
from entry_situations import golden

from aurum_plugins.execution.check_settings import CheckSettings
from aurum_plugins.execution.checks import PreTradeCheck
from aurum_plugins.execution.entry_order import Situation
from aurum_plugins.execution.pre_trade_checks import PreTradeChecks
from aurum_plugins.reasons import Reason
from aurum_plugins.refusal import Refusal


class Unspeakable(Exception):
    def __str__(self) -> str:
        raise ValueError("no words")


def kind_of(name_: str, result: Refusal | Exception | None) -> type[PreTradeCheck]:
    class Made(PreTradeCheck):
        name: ClassVar[str] = name_
        describes: ClassVar[str] = "made for a test"

        def __call__(self, situation: Situation) -> Refusal | None:
            seen.append(self.name)
            if isinstance(result, Exception):
                raise result
            return result

    seen: list[str] = []
    Made.seen = seen
    return Made


def made(*kinds: type[PreTradeCheck]) -> PreTradeChecks:
    return PreTradeChecks(CheckSettings(), kinds)


def test_the_first_refusal_counts_and_ends_it() -> None:
    passes = kind_of("passes", None)
    early = kind_of("early", Refusal(Reason.WIDE_SPREAD, {"spread_bps": 9.0}))
    late = kind_of("late", Refusal(Reason.THIN_BOOK))
    assert made(passes, early, late).first_refusal(golden()) == early(CheckSettings())(golden())
    assert passes.seen == ["passes"]
    assert late.seen == []


@pytest.mark.parametrize(
    ("error", "said"),
    [
        (ZeroDivisionError("division by zero"), "ZeroDivisionError: division by zero"),
        (KeyError("BTC"), "KeyError: 'BTC'"),
        (RecursionError(), "RecursionError"),
    ],
)
def test_an_error_is_a_refusal(error, said, caplog) -> None:
    broken = made(kind_of("fine", None), kind_of("broken", error))
    with caplog.at_level(logging.ERROR):
        refusal = broken.first_refusal(golden())
    assert refusal == Refusal(Reason.CHECK_FAILED, {"check": "broken", "error": said})
    assert "Pre-trade check broken failed; nothing is ordered." in caplog.text


def test_an_error_that_has_no_words_is_a_refusal_as_well() -> None:
    refusal = made(kind_of("broken", Unspeakable())).first_refusal(golden())
    assert refusal.reason is Reason.CHECK_FAILED
    assert "Unspeakable" in refusal.figures["error"]


def test_a_long_message_is_cut() -> None:
    refusal = made(kind_of("broken", ValueError("x" * 10_000))).first_refusal(golden())
    assert len(refusal.figures["error"]) == 200


@pytest.mark.parametrize("nonsense", [None, 7, golden(book="book"), golden(account=None)])
def test_no_situation_at_all_is_refused(nonsense) -> None:
    refusal = PreTradeChecks(CheckSettings()).first_refusal(nonsense)
    assert refusal.reason is Reason.CHECK_FAILED
    json.dumps(refusal.figures)


def test_a_golden_entry_passes() -> None:
    checks = PreTradeChecks(CheckSettings())
    assert checks.first_refusal(golden()) is None
    assert checks.first_refusal(golden(backtest=True, book=None)) is None


def test_no_number_reaches_a_check_that_calculates_with_it() -> None:
    checks = PreTradeChecks(CheckSettings())
    assert checks.first_refusal(golden(price=math.nan)).reason is Reason.NOT_FINITE
