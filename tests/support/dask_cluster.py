"""A scheduler and workers of Dask's, each a process of its own, on loopback."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import time
from pathlib import Path

_START_SECONDS = 30.0
_STEP_SECONDS = 0.05


class DaskCluster:
    """Started by `start`; ends with `stop`.

    Parameters
    ----------
    folder : pathlib.Path
        Of its own.
    options : sequence of str
        More of them, for the scheduler and for workers alike.
    """

    def __init__(self, folder: Path, *options: str) -> None:
        self._folder = folder
        self._options = options
        self._file = folder / "scheduler.json"
        self.address = ""
        self.scheduler: subprocess.Popen[bytes] | None = None
        self.workers: list[subprocess.Popen[bytes]] = []

    def start(self, workers: int) -> DaskCluster:
        # Port 0 is any that is free; the file says which it was.
        self.scheduler = self._begin("scheduler", "--port", "0")
        deadline = time.monotonic() + _START_SECONDS
        while not self._written():
            if self.scheduler.poll() is not None or time.monotonic() > deadline:
                raise RuntimeError(self._log.read_text())
            time.sleep(_STEP_SECONDS)
        self.add(workers)
        return self

    def add(self, workers: int) -> None:
        # Without the nanny, which would start a worker that was killed once more.
        options = ("--nthreads", "1", "--no-nanny", "--local-directory", str(self._folder))
        self.workers += [self._begin("worker", *options) for _ in range(workers)]

    def stop(self) -> None:
        for process in (*self.workers, self.scheduler):
            if process is not None:
                process.kill()
                process.wait()

    @property
    def _log(self) -> Path:
        return self._folder / "cluster.log"

    def _begin(self, what: str, *options: str) -> subprocess.Popen[bytes]:
        shared = ("--host", "127.0.0.1", "--no-dashboard", "--scheduler-file", str(self._file))
        with self._log.open("ab") as log:
            return subprocess.Popen(
                [sys.executable, "-m", "dask", what, *shared, *options, *self._options],
                stdout=log,
                stderr=log,
                env={**os.environ, "OMP_NUM_THREADS": "1"},
                start_new_session=True,
            )

    def _written(self) -> bool:
        try:
            self.address = json.loads(self._file.read_text())["address"]
        except (FileNotFoundError, ValueError):
            return False
        return True
