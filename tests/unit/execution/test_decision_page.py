"""The page of decisions names every reason, stage and verdict, as the code does."""

from __future__ import annotations

from pathlib import Path

from aurum_plugins.execution.decision import Verdict
from aurum_plugins.reasons import Action, Reason, Stage

PAGE = Path(__file__).resolve().parents[3] / "docs" / "decisions.md"


def cells() -> list[list[str]]:
    lines = PAGE.read_text(encoding="utf-8").splitlines()
    return [
        [cell.strip() for cell in line.strip("|").split("|")]
        for line in lines
        if line.startswith("|")
    ]


def test_every_reason_is_on_the_page_in_its_own_words() -> None:
    told = [row for row in cells() if row[0].strip("`") in Reason.__members__]
    known = [[f"`{reason.name}`", str(reason.stage), reason.sentence] for reason in Reason]
    assert sorted(told) == sorted(known)


def test_every_stage_verdict_and_action_is_on_the_page() -> None:
    told = {row[0].strip("`") for row in cells()}
    assert {stage.value for stage in Stage} <= told
    assert {verdict.value for verdict in Verdict} <= told
    text = PAGE.read_text(encoding="utf-8")
    assert [action for action in Action if f"`{action.name.lower()}`" not in text] == []
