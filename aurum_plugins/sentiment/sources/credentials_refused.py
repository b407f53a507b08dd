"""A source that will not have us."""

from __future__ import annotations

from typing import ClassVar

from aurum_plugins.market_data.resilience.venue_errors import VenueRefuses


class CredentialsRefused(VenueRefuses):
    """401 or 403: the credentials are wrong, or do not allow it."""

    kind: ClassVar[str] = "credentials refused"
