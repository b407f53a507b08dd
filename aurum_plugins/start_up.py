"""What every Python process of the environment runs as it starts: next to nothing.

`aurum_plugins.pth` calls `arm`, which installs a finder that waits for freqtrade. Only when
a module of `HOOKED` is imported does it load `aurum_plugins.plugin` and hand that over. Nothing is
imported here beyond `os` and `sys`, which are loaded anyway; the file is kept short because it is
compiled anew wherever bytecode is not cached.
"""

import os
import sys

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Sequence
    from importlib.machinery import ModuleSpec
    from types import ModuleType
    from typing import Any

OFF_SWITCH = "AURUM_PLUGINS_DISABLE"
# The modules of freqtrade that `aurum_plugins.plugin.complete` knows how to complete.
HOOKED = frozenset(
    (
        "freqtrade",
        "freqtrade.configuration.configuration",
        "freqtrade.constants",
        "freqtrade.exchange.exchange",
        "freqtrade.freqtradebot",
        "freqtrade.main",
        "freqtrade.optimize.backtesting",
        "freqtrade.resolvers.pairlist_resolver",
        "freqtrade.resolvers.protection_resolver",
        "freqtrade.rpc.telegram",
    )
)


def arm() -> bool:
    """Install the finder, once.

    Returns
    -------
    bool
        Whether it is in place: False if `AURUM_PLUGINS_DISABLE` is set to anything but "" or "0".
    """
    if os.environ.get(OFF_SWITCH, "") not in ("", "0"):
        return False
    if not is_armed():
        sys.meta_path.insert(0, _Finder())
    return True


def is_armed() -> bool:
    """Whether this process has the finder."""
    return any(type(finder).__name__ == _Finder.__name__ for finder in sys.meta_path)


class _Finder:
    """A `sys.meta_path` entry that has the modules of `HOOKED` completed after their import."""

    def find_spec(
        self, fullname: str, path: "Sequence[str] | None", target: "ModuleType | None" = None
    ) -> "ModuleSpec | None":
        if fullname not in HOOKED:
            return None
        for finder in sys.meta_path:
            spec = None if finder is self else finder.find_spec(fullname, path, target)
            if spec is not None:
                _complete_after_import(spec.loader)
                return spec
        return None


def _complete_after_import(loader: "Any") -> None:
    execute = loader.exec_module

    def exec_module(module: "ModuleType") -> None:
        execute(module)
        from aurum_plugins.plugin import complete  # noqa: PLC0415 - lazy on purpose

        complete(module)

    loader.exec_module = exec_module
