from __future__ import annotations

from datetime import UTC, datetime

import pytest
from pydantic import ValidationError
from registry_models import facts

from aurum_plugins.forecasting.registry.version import State, TrainingWindow, Version

CREATED = datetime(2025, 4, 1, tzinfo=UTC)


def version(**changes) -> Version:
    given = {"id": "20250401T000000000", "pair": "BTC/USDT", "created": CREATED, "digest": "0" * 64}
    return Version(**{**dict(facts()), **given, **changes})


def test_a_manifest_is_read_back_without_the_state() -> None:
    stored = version(state=State.CHAMPION)
    back = Version.model_validate_json(stored.manifest())
    assert back == version(state=State.CANDIDATE)
    assert '"state"' not in stored.manifest()


@pytest.mark.parametrize("value", [float("nan"), float("inf"), -float("inf"), None])
def test_an_undefined_figure_is_none_and_stays_so(value) -> None:
    stored = version(metrics={"forward_return": {"auc": value, "accuracy": 0.5}})
    assert stored.metrics == {"forward_return": {"auc": None, "accuracy": 0.5}}
    assert Version.model_validate_json(stored.manifest()).metrics == stored.metrics


@pytest.mark.parametrize(
    ("changes", "rule"),
    [
        ({"digest": "abc"}, "digest"),
        ({"id": "../x"}, "id"),
        ({"pair": ""}, "pair"),
        ({"rows": "12"}, "rows"),
        ({"rows": -1}, "rows"),
        ({"created": datetime(2025, 4, 1)}, "created"),  # noqa: DTZ001
        ({"colour": "red"}, "colour"),
    ],
)
def test_a_wrong_fact_is_named(changes, rule) -> None:
    with pytest.raises(ValidationError, match=rule):
        version(**changes)


def test_a_window_ends_after_it_begins() -> None:
    with pytest.raises(ValidationError, match="first must not be after last"):
        TrainingWindow(first=CREATED, last=datetime(2025, 3, 1, tzinfo=UTC))
    assert TrainingWindow(first=CREATED, last=CREATED).last == CREATED
