"""News of the simulated exchange: a feed of dull headlines, and of those that somebody posts."""

from __future__ import annotations

from aurum_plugins.sandbox.news.headline import Headline
from aurum_plugins.sandbox.news.newsroom import Newsroom
from aurum_plugins.sandbox.news.routes import news_routes

__all__ = ["Headline", "Newsroom", "news_routes"]
