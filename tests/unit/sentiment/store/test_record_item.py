"""Items out of records, and what is refused."""

from __future__ import annotations

import hashlib

import pytest

from aurum_plugins.clock import MINUTE_MS, SECOND_MS
from aurum_plugins.sentiment.post import LONGEST_TEXT, Item, Post
from aurum_plugins.sentiment.store.record_item import RecordRules, item_of_record
from aurum_plugins.sentiment.store.rule_broken import RuleBroken

# 2025-01-01T00:00:00Z
NEW_YEAR_MS = 1_735_689_600_000
NOW_MS = NEW_YEAR_MS + 86_400_000
RULES = RecordRules("import", None, NOW_MS)
LEAST = {"text": "Bitcoin falls", "seen_at": NEW_YEAR_MS}


def broken(fields, rules=RULES) -> RuleBroken:
    with pytest.raises(RuleBroken) as caught:
        item_of_record(fields, rules)
    return caught.value


class TestFields:
    def test_all_of_them(self) -> None:
        fields = {
            "text": "Bitcoin   falls\n<b>hard</b>",
            "seen_at": "2025-01-01T01:30:00+01:00",
            "published_at": "2025-01-01T00:29:59.500Z",
            "source": "rss:coindesk",
            "id": "a-1",
            "author": "some\tbody",
            "url": "https://example.com/1",
            "more": object(),
        }
        post = Post(
            "a-1",
            "Bitcoin falls hard",
            NEW_YEAR_MS + 29 * MINUTE_MS + 59_500,
            "some body",
            "https://example.com/1",
        )
        assert item_of_record(fields, RULES) == Item(
            "rss:coindesk", NEW_YEAR_MS + 30 * MINUTE_MS, post
        )

    def test_title_and_body(self) -> None:
        fields = {"title": "Down", "body": "By 5 %", "text": " ", "seen_at": NEW_YEAR_MS}
        assert item_of_record(fields, RULES).post.text == "Down. By 5 %"

    def test_long_texts_are_cut(self) -> None:
        text = item_of_record({**LEAST, "text": "x" * 9_000}, RULES).post.text
        assert len(text) == LONGEST_TEXT

    def test_a_number_may_be_an_id(self) -> None:
        assert item_of_record({**LEAST, "id": 7}, RULES).post.post_id == "7"

    def test_a_missing_id_is_made_of_what_is_there(self) -> None:
        said = f"import\n{NEW_YEAR_MS}\nBitcoin falls".encode()
        expected = f"sha256:{hashlib.sha256(said).hexdigest()[:32]}"
        assert item_of_record(LEAST, RULES).post.post_id == expected
        others = [
            {**LEAST, "text": "Bitcoin rises"},
            {**LEAST, "seen_at": NEW_YEAR_MS + 1},
            {**LEAST, "source": "other"},
        ]
        ids = {item_of_record(fields, RULES).post.post_id for fields in (LEAST, *others)}
        assert len(ids) == 4

    def test_a_made_id_does_not_depend_on_the_delay(self) -> None:
        fields = {"text": "Bitcoin falls", "published_at": NEW_YEAR_MS}
        items = [
            item_of_record(fields, RecordRules("import", delay, NOW_MS)) for delay in (0, 60_000)
        ]
        assert items[0].post.post_id == items[1].post.post_id
        assert [item.seen_ms for item in items] == [NEW_YEAR_MS, NEW_YEAR_MS + 60_000]


class TestTimes:
    @pytest.mark.parametrize(
        "told",
        [
            NEW_YEAR_MS,
            float(NEW_YEAR_MS),
            f" {NEW_YEAR_MS} ",
            f"{NEW_YEAR_MS}.0",
            "2025-01-01T00:00:00Z",
            "2025-01-01 00:00:00+00:00",
            "2024-12-31T19:00:00-05:00",
            "20250101T000000Z",
        ],
    )
    def test_forms(self, told) -> None:
        assert item_of_record({**LEAST, "seen_at": told}, RULES).seen_ms == NEW_YEAR_MS

    def test_parts_of_a_millisecond_are_rounded_up(self) -> None:
        fields = {**LEAST, "seen_at": "2025-01-01T00:00:00.000001Z"}
        assert item_of_record(fields, RULES).seen_ms == NEW_YEAR_MS + 1

    @pytest.mark.parametrize(
        "told",
        [
            "2025-01-01T00:00:00",
            "2025-01-01",
            "yesterday",
            NEW_YEAR_MS // SECOND_MS,
            NEW_YEAR_MS * SECOND_MS,
            -NEW_YEAR_MS,
            NEW_YEAR_MS + 0.5,
            float("nan"),
            float("inf"),
            True,
            [NEW_YEAR_MS],
            "9" * 5_000,
            "١٧٣٥٦٨٩٦٠٠٠٠٠",
        ],
    )
    @pytest.mark.parametrize("field", ["seen_at", "published_at"])
    def test_what_is_none(self, field, told) -> None:
        error = broken({**LEAST, field: told})
        assert error.field == field
        assert error.value is told
        assert error.rule == (
            "must be a time in ISO 8601 with its zone, or UTC milliseconds, between 2000 and 2100"
        )

    @pytest.mark.parametrize("absent", [{}, {"seen_at": ""}, {"seen_at": None}])
    def test_without_a_time_of_seeing(self, absent) -> None:
        fields = {"text": "Bitcoin falls", "published_at": NEW_YEAR_MS, **absent}
        error = broken(fields)
        assert (error.field, error.value) == ("seen_at", None)
        assert error.rule == "must be there, or a delay must be given from published_at on"
        delayed = item_of_record(fields, RecordRules("import", 90_000, NOW_MS))
        assert delayed.seen_ms == NEW_YEAR_MS + 90_000
        assert delayed.post.published_ms == NEW_YEAR_MS

    def test_a_time_of_seeing_comes_before_a_delay(self) -> None:
        assert item_of_record(LEAST, RecordRules("import", 90_000, NOW_MS)).seen_ms == NEW_YEAR_MS

    def test_without_any_time(self) -> None:
        error = broken({"text": "Bitcoin falls"}, RecordRules("import", 0, NOW_MS))
        assert (error.field, error.rule) == ("seen_at", "must be there")

    def test_seen_before_it_was_published(self) -> None:
        least = {**LEAST, "published_at": NEW_YEAR_MS + 5 * MINUTE_MS}
        assert item_of_record(least, RULES).seen_ms == NEW_YEAR_MS
        error = broken({**LEAST, "published_at": NEW_YEAR_MS + 5 * MINUTE_MS + 1})
        assert error.field == "seen_at"
        assert error.rule == "must not be before published_at by more than 5 minutes"

    def test_seen_in_the_future(self) -> None:
        latest = NOW_MS + 5 * MINUTE_MS
        assert item_of_record({**LEAST, "seen_at": latest}, RULES).seen_ms == latest
        error = broken({**LEAST, "seen_at": latest + 1})
        assert (error.field, error.rule) == ("seen_at", "must not be in the future")
        fields = {"text": "Bitcoin falls", "published_at": NOW_MS}
        error = broken(fields, RecordRules("import", 5 * MINUTE_MS + 1, NOW_MS))
        assert (error.field, error.value) == ("published_at", NOW_MS)


class TestWhatIsRefused:
    @pytest.mark.parametrize("text", ["", " \n", "<b></b>", "\0"])
    def test_nothing_said(self, text) -> None:
        error = broken({**LEAST, "text": text})
        assert (error.field, error.value) == ("text", text.strip(" \n"))
        assert error.rule == "must say something, or title and body must"

    @pytest.mark.parametrize("field", ["text", "source", "author", "url", "id"])
    @pytest.mark.parametrize(
        ("value", "rule"),
        [(["x"], "must be text"), (1.5, "must be text"), ("a\udcff", "must be UTF-8")],
    )
    def test_what_is_no_text(self, field, value, rule) -> None:
        error = broken({**LEAST, field: value})
        assert (error.field, error.rule, error.value) == (field, rule, value)

    def test_an_id_that_is_true(self) -> None:
        assert broken({**LEAST, "id": True}).rule == "must be text"

    @pytest.mark.parametrize("source", ["a\nb", "s" * 101])
    def test_a_source_that_is_no_name(self, source) -> None:
        assert broken({**LEAST, "source": source}).rule == (
            "must be printable, and have 100 characters at most"
        )
