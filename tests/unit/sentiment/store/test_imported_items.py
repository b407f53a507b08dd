"""Files of items that somebody collected elsewhere."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from aurum_plugins.clock import HOUR_MS, VirtualClock
from aurum_plugins.errors import DataError
from aurum_plugins.sentiment.store import imported_items, record_file
from aurum_plugins.sentiment.store.bad_line import BadLine
from aurum_plugins.sentiment.store.imported_items import ImportedItems

NEW_YEAR_MS = 1_735_689_600_000
CLOCK = VirtualClock(NEW_YEAR_MS + 1_000 * HOUR_MS)


def read(path: Path, **given) -> ImportedItems:
    return ImportedItems(path, clock=CLOCK, **given)


def told(items: ImportedItems, size: int = 1_000) -> list[tuple[str, int]]:
    return [(item.post.post_id, item.seen_ms) for chunk in items.chunks(size) for item in chunk]


def words(items: ImportedItems) -> list[str]:
    return [item.post.text for chunk in items.chunks() for item in chunk]


@pytest.fixture
def csv(tmp_path):
    def write(content: str | bytes, name: str = "items.csv") -> Path:
        path = tmp_path / name
        path.write_bytes(content.encode() if isinstance(content, str) else content)
        return path

    return write


@pytest.fixture
def jsonl(csv):
    def write(*records: object, name: str = "items.jsonl") -> Path:
        lines = [one if isinstance(one, str) else json.dumps(one) for one in records]
        return csv("\n".join(lines), name)

    return write


def record(number: int, hour: float, **more) -> dict:
    seen = NEW_YEAR_MS + int(hour * HOUR_MS)
    return {"id": str(number), "text": f"Bitcoin {number}", "seen_at": seen, **more}


class TestOrder:
    def test_of_the_time_seen(self, jsonl) -> None:
        items = read(jsonl(record(1, 5), record(2, 3), record(3, 5), record(4, 1)))
        assert items.count == 4
        assert told(items) == [
            (number, NEW_YEAR_MS + hour * HOUR_MS)
            for number, hour in (("4", 1), ("2", 3), ("1", 5), ("3", 5))
        ]

    @pytest.mark.parametrize("size", [1, 3, 7, 100])
    def test_in_chunks(self, jsonl, size) -> None:
        items = read(jsonl(*(record(number, 7 - number) for number in range(7))))
        chunks = list(items.chunks(size))
        assert [len(chunk) for chunk in chunks[:-1]] == [size] * (len(chunks) - 1)
        assert [one.post.post_id for chunk in chunks for one in chunk] == list("6543210")

    def test_again_and_again(self, jsonl) -> None:
        items = read(jsonl(record(1, 5), record(2, 3)))
        assert told(items) == told(items)

    def test_when_each_source_begins_and_ends(self, jsonl) -> None:
        items = read(
            jsonl(
                record(1, 5),
                record(2, 3, source="rss:a"),
                record(3, 4, source="rss:a"),
                record(4, 2, source="rss:a"),
            ),
            source="mine",
        )
        assert items.spans == {
            "mine": (NEW_YEAR_MS + 5 * HOUR_MS,) * 2,
            "rss:a": (NEW_YEAR_MS + 2 * HOUR_MS, NEW_YEAR_MS + 4 * HOUR_MS),
        }


class TestForms:
    def test_csv(self, csv) -> None:
        items = read(
            csv(
                "\ufeffID, Seen_At ,TEXT,likes\r\n"
                '2,2025-01-01T03:00:00Z,"Bitcoin, ""the coin"",\r\nfalls",9\r\n'
                "\r\n"
                "1,2025-01-01T02:00:00Z,Ether rises,\r\n"
            )
        )
        assert told(items) == [
            ("1", NEW_YEAR_MS + 2 * HOUR_MS),
            ("2", NEW_YEAR_MS + 3 * HOUR_MS),
        ]
        assert words(items) == ["Ether rises", 'Bitcoin, "the coin", falls']
        assert items.bad_count == 0

    @pytest.mark.parametrize("name", ["a.jsonl", "A.NDJSON"])
    def test_json(self, jsonl, name) -> None:
        items = read(jsonl(record(1, 1, text="für\u2028alle"), "", {}, name=name))
        assert words(items) == ["für alle"]
        assert [line.line for line in items.bad] == [3]

    def test_names_in_capitals(self, jsonl) -> None:
        fields = {"Text": "Bitcoin", "SEEN_AT": NEW_YEAR_MS}
        assert words(read(jsonl(fields))) == ["Bitcoin"]

    @pytest.mark.parametrize("content", ["", "id,text,seen_at\n"])
    def test_nothing(self, csv, content) -> None:
        items = read(csv(content, "a.csv" if content else "a.jsonl"))
        assert (items.count, items.bad_count, items.spans) == (0, 0, {})
        assert list(items.chunks()) == []


class TestBadLines:
    def test_each_is_named_and_the_others_are_there(self, jsonl) -> None:
        path = jsonl(
            record(1, 1),
            {"text": "no time"},
            "{broken",
            [1],
            record(5, 1, seen_at="soon"),
            record(6, 2),
        )
        items = read(path)
        assert [number for number, _ in told(items)] == ["1", "6"]
        assert items.bad_count == 4
        assert [(bad.path, bad.line, bad.field) for bad in items.bad] == [
            (path, 2, "seen_at"),
            (path, 3, ""),
            (path, 4, ""),
            (path, 5, "seen_at"),
        ]
        shown = [str(bad) for bad in items.bad]
        assert shown[0] == f"{path}, line 2: seen_at must be there (got None)"
        assert shown[1].startswith(f"{path}, line 3: it must be JSON in UTF-8: ")
        assert shown[2] == f"{path}, line 4: it must be an object of JSON (got [1])"
        assert shown[3].endswith("between 2000 and 2100 (got 'soon')")

    def test_rows_of_csv(self, csv) -> None:
        items = read(
            csv(
                "id,text,seen_at\n"
                '1,"two\nlines",2025-01-01T00:00:00Z\n'
                "2,too,many,2025-01-01T00:00:00Z\n"
                '3,"quoted" badly,2025-01-01T00:00:00Z\n'
                "4,good,2025-01-01T00:00:00Z\n"
                '5,"never closed,2025-01-01T00:00:00Z\n'
            )
        )
        assert words(items) == ["two lines", "good"]
        assert [(bad.line, bad.rule.partition(":")[0]) for bad in items.bad] == [
            (4, "must have 3 columns, as the first line has"),
            (5, "must be CSV"),
            (7, "must be CSV"),
        ]

    def test_bytes_that_are_no_text(self, csv) -> None:
        line = b'{"text": "\xff", "seen_at": 1735689600000}\n'
        good = b'{"text": "good", "seen_at": 1735689600000}\n'
        items = read(csv(line + good, "a.jsonl"))
        assert words(items) == ["good"]
        assert items.bad[0].line == 1
        items = read(csv(b"text,seen_at\n\xff,1735689600000\ngood,1735689600000\n"))
        assert words(items) == ["good"]
        assert (items.bad[0].field, items.bad[0].rule) == ("text", "must be UTF-8")

    @pytest.mark.parametrize("name", ["a.csv", "a.jsonl"])
    def test_a_line_without_end(self, csv, monkeypatch, name) -> None:
        monkeypatch.setattr(record_file, "LONGEST_LINE", 64)
        good = (
            "good,1735689600000" if name == "a.csv" else '{"text":"good","seen_at":1735689600000}'
        )
        content = "\n".join(["text,seen_at"] * (name == "a.csv") + ["x" * 1_000, good])
        items = read(csv(content, name))
        assert words(items) == ["good"]
        (bad,) = items.bad
        assert bad.rule == "must be no longer than 64 bytes"
        assert bad.line == (2 if name == "a.csv" else 1)

    def test_a_cell_that_is_too_long_for_csv(self, csv) -> None:
        items = read(csv(f"text,seen_at\n{'x' * 200_000},1735689600000\ngood,1735689600000\n"))
        assert words(items) == ["good"]
        assert "field larger than field limit" in items.bad[0].rule

    def test_the_first_are_kept_and_all_are_counted(self, jsonl, monkeypatch) -> None:
        monkeypatch.setattr(imported_items, "BAD_KEPT", 3)
        items = read(jsonl(*["{}"] * 9))
        assert (items.bad_count, [bad.line for bad in items.bad]) == (9, [1, 2, 3])

    def test_values_of_strangers_are_shown_short_and_plain(self) -> None:
        bad = BadLine(Path("a.csv"), 7, "text", "must be text", "\x1b[31m" + "x" * 5_000)
        assert "\x1b" not in str(bad)
        assert len(str(bad)) < 140


class TestDelays:
    def test_from_the_publication_on(self, jsonl) -> None:
        path = jsonl({"id": "1", "text": "x", "published_at": "2025-01-01T00:00:00Z"})
        assert read(path).bad[0].rule == (
            "must be there, or a delay must be given from published_at on"
        )
        assert told(read(path, seen_delay_ms=7)) == [("1", NEW_YEAR_MS + 7)]

    def test_a_negative_one_is_refused(self, jsonl) -> None:
        with pytest.raises(ValueError, match="seen_delay_ms must be 0 or more, got -1"):
            read(jsonl(), seen_delay_ms=-1)


class TestFilesOfNoUse:
    @pytest.mark.parametrize(
        ("name", "content", "message"),
        [
            ("a.txt", "x", "its name must end with one of .csv, .jsonl, .ndjson"),
            ("a.csv", "", "its first line must name the columns"),
            ("a.csv", "\n1,2\n", "its first line must name the columns"),
            ("a.csv", '"id', "its first line must name the columns"),
            ("a.csv", "id,text,Text\n", "its first line names 'text' twice"),
        ],
    )
    def test_they_are_refused(self, csv, name, content, message) -> None:
        with pytest.raises(DataError, match=message) as caught:
            read(csv(content, name))
        assert caught.value.path.name == name

    def test_a_file_that_is_not_there(self, tmp_path) -> None:
        with pytest.raises(DataError, match="it cannot be read: No such file or directory"):
            read(tmp_path / "a.csv")

    @pytest.mark.parametrize(
        "after",
        [
            [],
            ["{broken"],
            [record(1, 5)],
            [record(1, 2)],
        ],
    )
    def test_one_that_changes_between_the_readings(self, jsonl, after) -> None:
        items = read(jsonl(record(1, 1), record(2, 3)))
        jsonl(*after)
        with pytest.raises(DataError, match="it changed while it was read"):
            told(items)


def test_the_machines_own_clock_is_the_default(jsonl) -> None:
    assert ImportedItems(jsonl(record(1, 1))).count == 1
