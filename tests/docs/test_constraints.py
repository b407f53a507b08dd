"""constraints.txt: exact, complete, and free of this or that machine's addresses."""

from __future__ import annotations

import re
import tomllib
from importlib import metadata
from pathlib import Path

import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

ROOT = Path(__file__).parents[2]
PYTHONS = ("3.11", "3.12", "3.13")
PIN = re.compile(
    r"""(?P<name>[a-z0-9]+(-[a-z0-9]+)*)==(?P<version>[0-9][0-9a-z.]*)"""
    r"""( ; python_version (<|>=) "3\.1[0-9]")?"""
)


def _lines() -> list[str]:
    text = (ROOT / "constraints.txt").read_text(encoding="utf-8")
    return [line for line in text.splitlines() if line and not line.startswith("#")]


def _pins(python: str) -> dict[str, str]:
    """Version by name, as pip would read the file on `python`."""
    pins: dict[str, str] = {}
    environment = {"python_version": python, "python_full_version": f"{python}.1"}
    for line in _lines():
        pin = Requirement(line)
        if pin.marker is None or pin.marker.evaluate(environment):
            assert pin.name not in pins, f"{pin.name} is pinned twice on {python}"
            pins[pin.name] = str(pin.specifier).removeprefix("==")
    return pins


def _requirements() -> list[Requirement]:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    groups = [project["dependencies"], *project["optional-dependencies"].values()]
    return [Requirement(text) for group in groups for text in group]


@pytest.mark.parametrize("line", _lines())
def test_a_line_is_an_exact_pin_and_nothing_else(line: str) -> None:
    assert PIN.fullmatch(line), line


def test_it_is_sorted_by_name() -> None:
    names = [Requirement(line).name for line in _lines()]
    assert names == sorted(names)


@pytest.mark.parametrize("python", PYTHONS)
def test_it_pins_every_direct_dependency_inside_the_declared_range(python: str) -> None:
    pins = _pins(python)
    for requirement in _requirements():
        name = canonicalize_name(requirement.name)
        assert name in pins, f"{name} is not pinned on Python {python}"
        assert requirement.specifier.contains(pins[name]), f"{requirement} but {pins[name]}"


@pytest.mark.parametrize("python", PYTHONS)
def test_it_pins_what_the_installed_dependencies_need(python: str) -> None:
    """Walk the installed tree from the direct dependencies on; all of it must be pinned."""
    pins = _pins(python)
    waiting = [(canonicalize_name(r.name), frozenset(r.extras)) for r in _requirements()]
    seen = set(waiting)
    environment = {"python_version": python, "python_full_version": f"{python}.1"}
    while waiting:
        name, extras = waiting.pop()
        try:
            needs = metadata.requires(name) or []
        except metadata.PackageNotFoundError:
            continue  # an optional extra that is not installed here
        for need in map(Requirement, needs):
            marker = need.marker
            if marker is not None and not any(
                marker.evaluate({**environment, "extra": extra}) for extra in extras or {""}
            ):
                continue
            step = (canonicalize_name(need.name), frozenset(need.extras))
            assert step[0] in pins, f"{step[0]}, needed by {name}, is not pinned on {python}"
            if step not in seen:
                seen.add(step)
                waiting.append(step)
