"""Texts of anybody's, made harmless."""

from __future__ import annotations

import json

from entry_situations import news_shock
from hypothesis import given
from hypothesis import strategies as st

from aurum_plugins.execution.news_figures import shock_figures, subject_in_words
from aurum_plugins.sentiment.one_line import one_line


@given(st.text(), st.integers(1, 200))
def test_one_line_is_short_and_controls_nothing(text, longest) -> None:
    shown = one_line(text, longest)
    assert len(shown) <= longest
    assert shown.isprintable()
    assert one_line(shown, longest) == shown


def test_subjects_in_words() -> None:
    shown = [subject_in_words(subject) for subject in ("*", "@okx", "BTC")]
    assert shown == ["all of crypto", "okx", "BTC"]


@given(st.text(), st.text())
def test_figures_can_be_written_down(headline, source) -> None:
    shock = news_shock(headline=headline, source=source)
    text = json.dumps(shock_figures(shock), ensure_ascii=False, allow_nan=False)
    assert text.encode()
