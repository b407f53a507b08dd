"""Children of a process that has imported everything: they are there at once.

A module gets the fixture by importing it.
"""

from __future__ import annotations

import multiprocessing
import os
import sys
from multiprocessing import forkserver
from multiprocessing.context import ForkServerContext

import pytest

# A test process has one fork server, whichever module starts it. Each child looks for the program
# that runs the tests, too.
MODULES = ["psycopg", "pytest", "registry_models", "switch_processes"]


@pytest.fixture(scope="session")
def processes() -> ForkServerContext:
    """As of `multiprocessing.get_context`."""
    context = multiprocessing.get_context("forkserver")
    context.set_forkserver_preload(MODULES)
    with pytest.MonkeyPatch.context() as patch:
        # Older Pythons do not tell that process where modules are.
        patch.setenv("PYTHONPATH", os.pathsep.join(path for path in sys.path if path))
        forkserver.ensure_running()
    return context
