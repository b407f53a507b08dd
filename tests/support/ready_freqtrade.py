"""freqtrade's commands, each in a process of its own, without the seconds that its import takes.

One interpreter, new as a user's is, imports freqtrade once; every command is a fork of it.
"""

from __future__ import annotations

import contextlib
import json
import os
import runpy
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Self

PROGRAM = str(Path(sys.executable).with_name("freqtrade"))
# What the commands import once they are called.
MODULES = ("freqtrade.main", "freqtrade.configuration", "freqtrade.worker")


class ReadyFreqtrade:
    """Runs commands; a context manager.

    Parameters
    ----------
    folder : pathlib.Path
        In which the commands run.
    scratch : pathlib.Path
        Takes what they print.
    environment : mapping
        On top of this process's environment.
    """

    def __init__(self, folder: Path, scratch: Path, environment: Mapping[str, str]) -> None:
        self._output = scratch / "printed.txt"
        self._process = subprocess.Popen(
            [sys.executable, __file__, str(self._output)],
            cwd=folder,
            env={**os.environ, **environment},
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._process.communicate()

    def __call__(self, *arguments: str) -> subprocess.CompletedProcess[str]:
        """Run `freqtrade ARGUMENTS`; its exit status and all that it printed, errors included."""
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        self._process.stdin.write(json.dumps(arguments) + "\n")
        self._process.stdin.flush()
        status = self._process.stdout.readline()
        assert status, "the process that commands are forks of has ended"
        printed = self._output.read_text(encoding="utf-8")
        return subprocess.CompletedProcess([PROGRAM, *arguments], int(status), printed)


def serve(output: Path) -> None:
    """Run the commands that come in, one after the other, and answer with their exit statuses."""
    for module in MODULES:
        __import__(module)
    for line in sys.stdin:
        child = os.fork()
        if child == 0:
            _become([PROGRAM, *json.loads(line)], output)
        print(os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]), flush=True)


def _become(command: list[str], output: Path) -> None:
    """Run the program's own file and end as it ends."""
    status = 1
    try:
        nothing = os.open(os.devnull, os.O_RDONLY)
        printed = os.open(output, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
        for descriptor, number in ((nothing, 0), (printed, 1), (printed, 2)):
            os.dup2(descriptor, number)
        sys.argv = command
        runpy.run_path(command[0], run_name="__main__")
    except SystemExit as end:
        status = end.code if isinstance(end.code, int) else int(end.code is not None)
    finally:
        with contextlib.suppress(OSError, ValueError):
            sys.stdout.flush()
            sys.stderr.flush()
        os._exit(status)


if __name__ == "__main__":
    serve(Path(sys.argv[1]))
