"""The doctor's senses on the real machine."""

from __future__ import annotations

import os
import platform
import shutil
import signal
import subprocess
import sys
import urllib.request
from http.client import HTTPException
from importlib.metadata import PackageNotFoundError, distribution
from importlib.util import find_spec
from pathlib import Path

from pydantic import ValidationError

from aurum_plugins.clock import WallClock
from aurum_plugins.doctor.facts import Fault, FreqtradeFacts
from aurum_plugins.doctor.request import Request
from aurum_plugins.doctor.rules import shorten
from aurum_plugins.doctor.surroundings import Surroundings

DISTRIBUTION = "aurumbotx"
_PROBE = "aurum_plugins.doctor.probe"
_PROBE_SECONDS = 120.0
_IMPORT_SECONDS = 60.0
_PING_SECONDS = 2.0
_HTTP_OK = 200


def look_around(request: Request) -> Surroundings:
    """Gather what the checks need, freqtrade's own answers included; takes a few seconds."""
    try:
        metadata = distribution(DISTRIBUTION)
        requires_python = metadata.metadata["Requires-Python"] or ""
        requirements = tuple(metadata.requires or ())
    except PackageNotFoundError:
        requires_python, requirements = "", ()
    spec = find_spec("freqtrade")
    return Surroundings(
        request=request,
        environ=os.environ,
        python=platform.python_version(),
        requires_python=requires_python,
        requirements=requirements,
        now_ms=WallClock().now_ms(),
        freqtrade=ask_freqtrade(request),
        installed=installed,
        loads=loads,
        ping=ping,
        free_bytes=free_bytes,
        freqtrade_folder=Path(spec.origin).parent if spec and spec.origin else None,
    )


def ask_freqtrade(request: Request) -> FreqtradeFacts:
    """Run the probe in a plain interpreter, as `freqtrade trade` would run."""
    command = [_PROBE, "trade", *request.arguments()]
    try:
        answer = _python("-m", *command, seconds=_PROBE_SECONDS)
    except subprocess.TimeoutExpired:
        return FreqtradeFacts(fault=Fault(message=f"no answer within {_PROBE_SECONDS:.0f} s"))
    try:
        return FreqtradeFacts.model_validate_json(answer.stdout)
    except ValidationError:
        return FreqtradeFacts(fault=Fault(message=_last_words(answer)))


def installed(name: str) -> str | None:
    """Version of a distribution, None if it is not installed."""
    try:
        return distribution(name).version
    except PackageNotFoundError:
        return None


def loads(module: str) -> str | None:
    """Why a plain interpreter cannot import `module`; None if it can."""
    try:
        answer = _python("-c", f"import {module}", seconds=_IMPORT_SECONDS)
    except subprocess.TimeoutExpired:
        return f"import not done within {_IMPORT_SECONDS:.0f} s"
    return None if answer.returncode == 0 else _last_words(answer)


def ping(url: str) -> str | None:
    """Why `url` does not answer with status 200; None if it does. No proxy is used."""
    opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))
    try:
        with opener.open(url, timeout=_PING_SECONDS) as answer:
            status: int = answer.status
    except OSError as error:  # urllib's own errors and time-outs are among them
        return str(getattr(error, "reason", "") or error)
    except (HTTPException, ValueError) as error:
        return type(error).__name__
    return None if status == _HTTP_OK else f"status {status}"


def free_bytes(folder: Path) -> int:
    """Free space of the disk that holds `folder`, or would hold it."""
    present = next(path for path in [folder, *folder.absolute().parents] if path.exists())
    return shutil.disk_usage(present).free


def _python(*arguments: str, seconds: float) -> subprocess.CompletedProcess[str]:
    """Run this interpreter without the current folder on its path, as console scripts do."""
    return subprocess.run(  # noqa: S603 - our own interpreter and arguments
        [sys.executable, "-P", *arguments],
        capture_output=True,
        text=True,
        errors="replace",
        stdin=subprocess.DEVNULL,
        timeout=seconds,
        check=False,
    )


def _last_words(answer: subprocess.CompletedProcess[str]) -> str:
    """The exception that ended a process, or the signal that did."""
    if answer.returncode < 0:
        return f"crashed with {signal.Signals(-answer.returncode).name}"
    lines = [line for line in answer.stderr.splitlines() if line and not line.startswith(" ")]
    # Anything but an exception's own line could be a log line with a secret in it.
    final = lines[-1] if lines else ""
    head = final.partition(":")[0]
    is_exception = head.replace(".", "").isidentifier() and head.endswith(("Error", "Found"))
    return shorten(final) if is_exception else f"ended with status {answer.returncode}"
