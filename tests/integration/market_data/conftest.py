"""A sandbox and clients of its venues."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterator

import pytest
from sandbox_venues import Venues

from aurum_plugins.sandbox import SandboxConfig, SandboxServer


@pytest.fixture(scope="module")
def sandbox() -> Iterator[SandboxServer]:
    config = SandboxConfig(port=0, history_days=3, request_weight=None)
    with SandboxServer(config) as server:
        yield server


@pytest.fixture
async def venues(sandbox: SandboxServer) -> AsyncIterator[Venues]:
    made = Venues(sandbox)
    yield made
    made.disarm()
    for client in made.clients:
        await client.close()
