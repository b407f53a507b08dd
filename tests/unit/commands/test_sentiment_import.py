"""`aurum sentiment import`: files become items, once, in the order in which they were seen."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from click.testing import Result
from typer.testing import CliRunner

from aurum_plugins.clock import HOUR_MS, MINUTE_MS
from aurum_plugins.commands.sentiment import app
from aurum_plugins.database import database_url
from aurum_plugins.errors import ConfigurationError, DataError
from aurum_plugins.sentiment.store.sentiment_reader import SentimentReader

START = 1_700_000_000_000
HALT = "Kraken halts withdrawals"


def invoke(*arguments: str) -> Result:
    return CliRunner().invoke(app, ["import", *arguments], env={"COLUMNS": "160"})


def facts(result: Result) -> dict[str, str]:
    lines = [line.strip().split("  ", 1) for line in result.stdout.splitlines() if "  " in line]
    return {line[0].strip(): line[1].strip() for line in lines if len(line) == 2}


def record(minute: int, text: str, **more: Any) -> dict[str, Any]:
    return {"seen_at": START + minute * MINUTE_MS, "text": text, "source": "rss:a", **more}


def write(*records: dict[str, Any] | str) -> str:
    lines = (one if isinstance(one, str) else json.dumps(one) for one in records)
    Path("items.jsonl").write_text("\n".join(lines))
    return "items.jsonl"


@pytest.fixture(autouse=True)
def folder(monkeypatch, tmp_path):
    monkeypatch.delenv("AURUM_DATABASE_URL", raising=False)
    monkeypatch.chdir(tmp_path)
    (tmp_path / "user_data").mkdir()
    return tmp_path


@pytest.fixture
def reader():
    made = SentimentReader(database_url({}, {}))
    yield made
    made.close()


def test_items_are_written_with_their_coverage(reader) -> None:
    file = write(
        record(30, "Solana soars to a record high", source="rss:b"),
        record(0, "Bitcoin soars to a record high"),
        record(90, HALT),
        record(60, "A recipe for apple cake"),
    )
    result = invoke(file)
    assert result.exit_code == 0, result.output
    told = facts(result)
    assert told["items"] == "4"
    assert told["left out"] == "0 lines"
    assert told["written"] == "4; 0 were there already"
    assert told["do not count"] == "1 (off topic 1)"
    assert told["bad events"] == "1 (withdrawals halted 1)"
    assert "BTC 1" in told["about"]
    assert "rss:a: 2023-11-14 22:13:20 UTC to 2023-11-14 23:43:20 UTC" in result.stdout
    [bitcoin] = reader.items("BTC", 0, 10)
    assert bitcoin.item.seen_ms == START
    assert bitcoin.score > 0
    spans = reader.coverage(0, START + HOUR_MS * 24, "rss:a")
    assert (list(spans.from_ms), list(spans.until_ms)) == ([START], [START + 90 * MINUTE_MS])
    [event] = reader.events(0, START + HOUR_MS * 24)
    assert event.text == HALT


def test_a_repeated_import_changes_nothing(reader) -> None:
    file = write(record(0, "Bitcoin soars"), record(1, "Bitcoin soars!"), record(2, HALT))
    assert invoke(file).exit_code == 0
    before = reader.items(None, 0, 10)
    result = invoke(file)
    assert facts(result)["written"] == "0; 3 were there already"
    assert facts(result)["do not count"] == "1 (duplicate 1)"
    assert reader.items(None, 0, 10) == before


def test_duplicates_of_what_is_there(reader) -> None:
    invoke(write(record(0, "Bitcoin soars to a record high")))
    again = record(60, "Bitcoin soars to a record high", source="rss:b")
    earlier = record(-60, "Bitcoin soars to a record high", source="rss:c")
    assert "1 (duplicate 1)" in facts(invoke(write(again)))["do not count"]
    # What was seen later does not make a duplicate of what was seen before.
    assert facts(invoke(write(earlier)))["do not count"] == "0"


def test_bad_lines_are_shown_and_counted(reader) -> None:
    bad = [{"text": "No time"} for _ in range(25)]
    result = invoke(write("{", *bad, record(0, "Bitcoin soars")))
    assert result.exit_code == 1
    assert facts(result)["left out"] == "26 lines"
    assert facts(result)["written"] == "1; 0 were there already"
    assert "Left out: items.jsonl, line 1: " in result.stderr
    assert "line 2: seen_at must be there (got None)" in result.stderr
    assert "... and 6 more lines." in result.stderr


def test_a_delay_stands_in_for_the_time_of_seeing(reader) -> None:
    file = write({"text": "Bitcoin soars", "published_at": START})
    refused = invoke(file)
    assert refused.exit_code == 1
    assert "a delay must be given" in refused.stderr
    assert invoke(file, "--seen-delay", "5", "--source", "archive").exit_code == 0
    [item] = reader.items("BTC", 0, 10)
    assert (item.item.source, item.item.seen_ms) == ("archive", START + 5 * MINUTE_MS)


def test_coverage_that_is_told(reader) -> None:
    moments = ["2023-11-01", "2023-11-20T12:00"]
    result = invoke(write(record(0, "Bitcoin soars")), "--from", moments[0], "--until", moments[1])
    assert result.exit_code == 0, result.output
    spans = reader.coverage(0, START + HOUR_MS * 24 * 30)
    told = [datetime.fromisoformat(at).replace(tzinfo=UTC).timestamp() * 1_000 for at in moments]
    assert [spans.from_ms[0], spans.until_ms[0]] == told


def test_a_dry_run_writes_nothing(folder) -> None:
    result = invoke(write(record(0, HALT)), "--dry-run")
    assert result.exit_code == 0, result.output
    assert facts(result)["written"] == "nothing: a dry run"
    assert facts(result)["bad events"] == "1 (withdrawals halted 1)"
    assert not (folder / "user_data" / "aurum.sqlite").exists()


def test_a_file_without_items(reader) -> None:
    result = invoke(write(""))
    assert result.exit_code == 0, result.output
    assert facts(result)["items"] == "0"
    assert facts(result)["about"] == "nothing"


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["--source", " "], "--source: must be printable, and have 1 to 100 characters"),
        (["--source", "a\nb"], "--source: must be printable"),
        (["--until", "2200-01-01"], "--until: must not be in the future"),
        (["--from", "2200-01-01"], "--from: must not be after --until, nor in the future"),
        (["--from", "2024-02-01", "--until", "2024-01-01"], "--from: must not be after --until"),
        (["--from", "then"], "--from: must be a date or time"),
    ],
)
def test_what_is_refused(arguments, message) -> None:
    error = invoke(write(record(0, "Bitcoin soars")), *arguments).exception
    assert isinstance(error, ConfigurationError)
    assert message in str(error)


def test_a_file_that_is_not_there() -> None:
    error = invoke("gone.csv").exception
    assert isinstance(error, DataError)
    assert "gone.csv: it cannot be read" in str(error)
