from __future__ import annotations

import platform

import numpy as np
import pytest

from aurum_plugins.forecasting.workers.surroundings import (
    NOT_INSTALLED,
    differences,
    surroundings,
)


def test_it_says_what_this_process_computes_with() -> None:
    found = surroundings()
    assert found["Python"] == platform.python_version()
    assert found["numpy"] == np.__version__
    assert len(found["source of aurum_plugins"]) == 12
    assert all(found.values())
    assert surroundings() == found


@pytest.mark.parametrize(
    ("theirs", "expected"),
    [
        ({"a": "1", "b": "2"}, ()),
        ({"a": "1", "b": "3"}, ("b 3, here 2",)),
        ({"a": "1"}, (f"b {NOT_INSTALLED}, here 2",)),
        ({"a": "1", "b": "2", "c": NOT_INSTALLED}, ()),
        ({"a": "0", "b": "2", "c": "4"}, ("a 0, here 1", f"c 4, here {NOT_INSTALLED}")),
    ],
)
def test_differences_are_named_with_both_versions(theirs, expected) -> None:
    assert differences({"a": "1", "b": "2"}, theirs) == expected
