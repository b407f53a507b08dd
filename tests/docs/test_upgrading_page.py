"""What the page of upgrades says AurumBotX relies on is there, and all of it is on the page."""

from __future__ import annotations

import ast
import importlib
import inspect
import re
from collections.abc import Iterator
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest

from aurum_plugins.plugin import TESTED_RANGE, TESTED_SERIES
from aurum_plugins.start_up import HOOKED

ROOT = Path(__file__).resolve().parents[2]
PAGE = (ROOT / "docs" / "upgrading.md").read_text(encoding="utf-8")
NAMES = re.findall(r"^\| `(freqtrade[\w.]*)` \|", PAGE, re.MULTILINE)
SOURCES = (
    *(ROOT / "aurum_plugins").rglob("*.py"),
    *(ROOT / "user_data" / "freqaimodels").glob("*.py"),
)
# What a class of ours has beside FreqAI's own names.
DRAWER = ROOT / "aurum_plugins" / "freqai" / "model_drawer.py"
MODEL = ROOT / "aurum_plugins" / "freqai" / "ensemble_model.py"


def module_and_rest(name: str) -> tuple[ModuleType, list[str]]:
    """The longest module that a dotted name begins with, and what is looked up in it."""
    parts = name.split(".")
    for end in range(len(parts), 0, -1):
        try:
            return importlib.import_module(".".join(parts[:end])), parts[end:]
        except ModuleNotFoundError:
            continue
    raise ModuleNotFoundError(name)


def has(owner: Any, attribute: str) -> bool:
    """Whether a module or a class has an attribute, or its instances are given one."""
    if hasattr(owner, attribute) or not inspect.isclass(owner):
        return hasattr(owner, attribute)
    given = re.compile(rf"\bself\.{attribute}\b(:[^=\n]+)? = ")
    theirs = (base for base in inspect.getmro(owner) if base.__module__.startswith("freqtrade."))
    return any(given.search(inspect.getsource(base)) for base in theirs)


@pytest.mark.parametrize("name", NAMES)
def test_freqtrade_has_it(name: str) -> None:
    owner, rest = module_and_rest(name)
    found: Any = owner
    for attribute in rest:
        assert has(found, attribute), f"{name}: {found} has no {attribute}"
        found = getattr(found, attribute, None)


def test_a_name_that_is_gone_is_found() -> None:
    freqtradebot = importlib.import_module("freqtrade.freqtradebot").FreqtradeBot
    assert has(freqtradebot, "_exit_lock")
    assert not has(freqtradebot, "_exit_locks")
    assert module_and_rest("freqtrade.no_such.Thing")[1] == ["no_such", "Thing"]


@pytest.mark.parametrize("hooked", sorted(HOOKED))
def test_every_module_that_registration_completes_is_named(hooked: str) -> None:
    assert any(name.startswith(f"{hooked}.") for name in NAMES)


def overridden(source: Path, base: str) -> Iterator[str]:
    """Methods of a mixin that stand in for those of a class of freqtrade's."""
    owner, rest = module_and_rest(base)
    theirs = vars(getattr(owner, rest[0]))
    for node in ast.walk(ast.parse(source.read_text(encoding="utf-8"))):
        if isinstance(node, ast.FunctionDef) and node.name in theirs:
            yield f"{base}.{node.name}"


@pytest.mark.parametrize(
    ("source", "base"),
    [
        (DRAWER, "freqtrade.freqai.data_drawer.FreqaiDataDrawer"),
        (MODEL, "freqtrade.freqai.freqai_interface.IFreqaiModel"),
    ],
)
def test_every_method_that_is_replaced_is_named(source: Path, base: str) -> None:
    # A model is meant to bring these.
    offered = {f"{base}.{name}" for name in ("__init__", "fit", "train", "predict")}
    assert [name for name in overridden(source, base) if name not in {*NAMES, *offered}] == []


def test_every_private_name_of_freqtrades_that_is_imported_is_named() -> None:
    private = set()
    for source in SOURCES:
        for node in ast.walk(ast.parse(source.read_text(encoding="utf-8"))):
            if isinstance(node, ast.ImportFrom) and (node.module or "").startswith("freqtrade"):
                private |= {
                    f"{node.module}.{alias.name}"
                    for alias in node.names
                    if alias.name.startswith("_") and alias.name != "__version__"
                }
    assert private <= set(NAMES)


def test_the_page_names_the_release_that_is_let_in() -> None:
    assert f"**{TESTED_SERIES}**" in PAGE
    assert f"]=={TESTED_SERIES}'" in PAGE
    assert TESTED_RANGE.startswith(f">={TESTED_SERIES},")
