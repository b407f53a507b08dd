"""How long silence after a poll still counts as listening."""

from __future__ import annotations

from typing import Final

from aurum_plugins.clock import MINUTE_MS

# A time t is covered if a span has from_ms <= t <= until_ms + PATIENCE_MS. Spans are joined by the
# same measure, so no later poll changes what was known as of t.
PATIENCE_MS: Final = 30 * MINUTE_MS
