"""What the start-up file costs every Python process of an environment.

Two bare virtual environments, alike but for `aurum_plugins.pth`, start in turn:

    python benchmarks/startup.py

The budget is 2 ms more in the median.
"""

from __future__ import annotations

import argparse
import statistics
import subprocess
import sys
import tempfile
import time
import venv
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
START_UP_FILE = "aurum_plugins.pth"
BUDGET_MS = 2.0


def environment(folder: Path, *, armed: bool) -> Path:
    """Make an environment that can import the package, and return its interpreter."""
    venv.create(folder, with_pip=False)
    version = f"python{sys.version_info.major}.{sys.version_info.minor}"
    packages = folder / "lib" / version / "site-packages"
    (packages / "_aurumbotx.pth").write_text(f"{ROOT}\n")
    if armed:
        (packages / START_UP_FILE).write_text((ROOT / START_UP_FILE).read_text())
    return folder / "bin" / "python"


def start_ms(python: Path) -> float:
    """Milliseconds from start to end of an interpreter that does nothing."""
    begin = time.perf_counter()
    subprocess.run([python, "-c", "pass"], check=True)
    return (time.perf_counter() - begin) * 1_000


def main() -> int:
    """Measure in pairs, print medians, and say whether the budget holds."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--pairs", type=int, default=200, help="how often each is started")
    pairs = parser.parse_args().pairs
    with tempfile.TemporaryDirectory() as folder:
        bare = environment(Path(folder, "bare"), armed=False)
        armed = environment(Path(folder, "armed"), armed=True)
        start_ms(bare), start_ms(armed)
        times = [(start_ms(bare), start_ms(armed)) for _ in range(pairs)]
    without, with_package = (statistics.median(column) for column in zip(*times))
    extra = statistics.median(b - a for a, b in times)
    print(f"without  {without:6.2f} ms")
    print(f"with     {with_package:6.2f} ms   {with_package / without:.2f} times")
    print(f"extra    {extra:6.2f} ms   budget {BUDGET_MS:g} ms, {pairs} pairs")
    return 0 if extra <= BUDGET_MS else 1


if __name__ == "__main__":
    sys.exit(main())
