"""How long it takes from a clone of the repository to a bot that trades."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import time
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path
from typing import Final

from aurum_plugins.soak.plain_environment import plain_environment
from aurum_plugins.validation.errors import NotMeasured

HEARTBEAT: Final = "Bot heartbeat"
# Beyond this nobody waits.
LONGEST: Final = 1_800.0
TICK: Final = 0.5
_GRACE: Final = 60.0
# This process's own virtual environment, and variables of a `make validate`, are not the clone's.
_OURS: Final = frozenset({"VIRTUAL_ENV", "MAKEFLAGS", "MAKEOVERRIDES", "MFLAGS", "MAKELEVEL"})


@dataclass(frozen=True)
class DeploymentAccount:
    """Seconds.

    Attributes
    ----------
    clone_s, install_s, start_s : float
        To the clone, from there to the installed programs, and from there to the bot's first loop.
    """

    clone_s: float
    install_s: float
    start_s: float

    @property
    def whole_s(self) -> float:
        """All of it."""
        return self.clone_s + self.install_s + self.start_s


def deployment_account(
    folder: Path, checkout: Path, monotonic: Callable[[], float] = time.monotonic
) -> DeploymentAccount:
    """Clone the last commit, `make install`, `aurum demo`, and wait for the first heartbeat.

    Packages come from wherever pip gets them, so the network and pip's cache count.

    Parameters
    ----------
    folder : pathlib.Path
        Takes the clone; new.
    checkout : pathlib.Path
        A git repository.
    monotonic : callable
        Seconds.

    Raises
    ------
    NotMeasured
        If a step fails: without a package index nothing can be installed.
    """
    folder.mkdir(parents=True)
    clone = folder / "clone"
    moments = [monotonic()]
    steps: tuple[tuple[str, Sequence[str], str], ...] = (
        (
            "git clone",
            ("git", "clone", "-q", str(checkout), str(clone)),
            "is this a checkout that git knows?",
        ),
        ("make install", ("make", "-C", str(clone), "install"), "is there a package index?"),
    )
    for name, words, hint in steps:
        log = folder / f"{name.replace(' ', '-')}.log"
        _done(name, words, hint, log)
        moments.append(monotonic())
    _first_heartbeat(clone, folder / "demo.log", monotonic)
    moments.append(monotonic())
    cloned, installed, started = (b - a for a, b in pairwise(moments))
    return DeploymentAccount(cloned, installed, started)


def _done(name: str, words: Sequence[str], hint: str, log: Path) -> None:
    with log.open("wb") as output:
        try:
            process = subprocess.Popen(  # noqa: S603 - git and make, in our own folder
                words,
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=output,
                env=_environment(),
                start_new_session=True,
            )
        except OSError as error:
            raise NotMeasured(f"{name} cannot be run: {error}") from None
        try:
            ended = process.wait(LONGEST)
        except subprocess.TimeoutExpired:
            raise NotMeasured(f"{name} did not end within {LONGEST:.0f} s") from None
        finally:
            _kill(process)
    if ended:
        raise NotMeasured(f"{name} failed; {hint} {_tail(log)}")


def _first_heartbeat(clone: Path, log: Path, monotonic: Callable[[], float]) -> None:
    ports = ("--port", "0", "--api-port", str(_free_port()))
    with log.open("wb") as output:
        demo = subprocess.Popen(  # noqa: S603 - the clone's own program
            [str(clone / ".venv" / "bin" / "aurum"), "demo", *ports],
            cwd=clone,
            env=_environment(),
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=output,
            start_new_session=True,
        )
        try:
            deadline = monotonic() + LONGEST
            while HEARTBEAT not in log.read_text(errors="replace"):
                if demo.poll() is not None or monotonic() > deadline:
                    raise NotMeasured(f"the bot of the clone did not start: {_tail(log)}")
                time.sleep(TICK)
        finally:
            _end(demo)


def _environment() -> dict[str, str]:
    return {name: value for name, value in plain_environment().items() if name not in _OURS}


def _end(demo: subprocess.Popen[bytes]) -> None:
    demo.send_signal(signal.SIGINT)
    try:
        demo.wait(_GRACE)
    except subprocess.TimeoutExpired:
        _kill(demo)


def _kill(process: subprocess.Popen[bytes]) -> None:
    """End a process that still runs, and those that it started."""
    if process.poll() is None:
        with suppress(ProcessLookupError):
            os.killpg(process.pid, signal.SIGKILL)
        process.wait()


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


def _tail(log: Path) -> str:
    return " ".join(log.read_text(errors="replace").split())[-500:]
