"""A simulated exchange in a process of its own, so that its memory and CPU time are its own."""

from __future__ import annotations

import re
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

AURUM = str(Path(sys.executable).with_name("aurum"))
_URL = re.compile(r"http://[\d.]+:\d+")


@dataclass(frozen=True)
class SandboxProcess:
    """Where it answers, its process, and the file with the keys of its account."""

    url: str
    pid: int
    keys: Path


@contextmanager
def sandbox_process(folder: Path, pairs: int, seed: int = 7) -> Iterator[SandboxProcess]:
    """Run `aurum sandbox` with so many synthetic pairs, on a free port.

    Raises
    ------
    RuntimeError
        If it does not start.
    """
    keys = folder / "keys.json"
    words = [AURUM, "sandbox", "--port", "0", "--pairs", str(pairs), "--seed", str(seed)]
    # A month of history suffices; requests are not limited: a hundred pairs of a trading bot and
    # the downloads of FreqAI would meet Binance's limit in their first minute.
    words += ["--keys", str(keys), "--history-days", "30", "--no-rate-limits"]
    process = subprocess.Popen(words, stderr=subprocess.PIPE, text=True)
    try:
        line = process.stderr.readline()
        found = _URL.search(line)
        if found is None:
            raise RuntimeError(f"the sandbox did not start: {line}{process.stderr.read()}")
        yield SandboxProcess(found.group(), process.pid, keys)
    finally:
        process.send_signal(signal.SIGTERM)
        process.wait(30)
