"""A process killed at any instant of a save leaves what the next one can start from."""

from __future__ import annotations

import json
import os
import subprocess
import sys

from ensemble_bot import ROOT

KILLS = 40


def test_a_new_drawer_loads_a_whole_model_or_none(tmp_path) -> None:
    script = ROOT / "tests" / "support" / "ensemble_saving.py"
    done = subprocess.run(
        [sys.executable, str(script), str(tmp_path), str(KILLS), "5"],
        capture_output=True,
        text=True,
        timeout=250,
        check=False,
        env={**os.environ, "PYTHONPATH": str(script.parent)},
    )
    assert done.returncode == 0, done.stderr[-3000:]
    found = [json.loads(line) for line in done.stdout.splitlines() if line.startswith("{")]
    assert len(found) == KILLS
    for after in found:
        assert after["whole"], after
        assert after["torn"] == [], after
        # What was saved before stays saved; the save in progress counts or does not.
        if after["before"]:
            known = max(after["before"], after["first"] - 1)
            assert known <= after["number"], after
            assert after["history"] == [5_000], after
        else:
            assert after["number"] in {None, after["first"] - 1, after["first"]}, after
    assert len({after["number"] for after in found}) > KILLS // 5
