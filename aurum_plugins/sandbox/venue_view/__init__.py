"""The simulated market as other venues see it."""

from aurum_plugins.sandbox.venue_view.figures import fixed, plain
from aurum_plugins.sandbox.venue_view.listing import Listing, Venue
from aurum_plugins.sandbox.venue_view.summary import Summary
from aurum_plugins.sandbox.venue_view.view import VenueView

__all__ = ["Listing", "Summary", "Venue", "VenueView", "fixed", "plain"]
