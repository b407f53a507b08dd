"""The sources that the configuration names."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final
from urllib.parse import quote

from pydantic import SecretStr

from aurum_plugins.clock import Clock
from aurum_plugins.errors import ConfigurationError
from aurum_plugins.market_data.simulated_venues import SANDBOX_URL
from aurum_plugins.sentiment.settings import SentimentSettings
from aurum_plugins.sentiment.sources.reddit import Subreddit
from aurum_plugins.sentiment.sources.reddit_client import RedditClient
from aurum_plugins.sentiment.sources.rss import RssFeed
from aurum_plugins.sentiment.sources.source import Source
from aurum_plugins.sentiment.sources.x import XQuery

REDDIT_CLIENT_ID: Final = "AURUM_REDDIT_CLIENT_ID"
REDDIT_CLIENT_SECRET: Final = "AURUM_REDDIT_CLIENT_SECRET"  # noqa: S105 - the variable's name
X_BEARER_TOKEN: Final = "AURUM_X_BEARER_TOKEN"  # noqa: S105 - the variable's name

# Of a column in the database.
LONGEST_NAME: Final = 100


@dataclass(frozen=True, slots=True)
class ConfiguredSources:
    """What is read, and what is not.

    Attributes
    ----------
    sources : tuple of Source
    off : tuple of str
        One line for each kind of source that was named and is not read: why, and what to do.
    """

    sources: tuple[Source, ...]
    off: tuple[str, ...]


def configured_sources(
    settings: SentimentSettings, environment: Mapping[str, str], clock: Clock
) -> ConfiguredSources:
    """Make the sources that are named and have what they need.

    Parameters
    ----------
    settings : SentimentSettings
        None are made if they are not enabled.
    environment : mapping of str to str
        `os.environ`. Its credentials come before those of the settings; with `AURUM_SANDBOX_URL`
        in it, the simulated exchange is asked for every feed, and nobody else for anything.
    clock : Clock

    Returns
    -------
    ConfiguredSources

    Raises
    ------
    aurum_plugins.errors.ConfigurationError
        A name, an address or a subreddit makes no sense.
    """
    if not settings.enabled:
        return ConfiguredSources((), ())
    sandbox = environment.get(SANDBOX_URL, "").strip().rstrip("/")
    sources: list[Source] = [
        RssFeed(
            name,
            f"{sandbox}/news/rss/{quote(name, safe='')}" if sandbox else url,
            interval_s=settings.poll_seconds,
            timeout_s=settings.timeout_seconds,
            clock=clock,
        )
        for name, url in settings.rss.items()
    ]
    off: list[str] = []
    for kind, is_named, made in (
        ("Reddit", bool(settings.reddit.subreddits), _subreddits),
        ("X", bool(settings.x.queries), _queries),
    ):
        if is_named and sandbox:
            off.append(f"{kind} is not read: {SANDBOX_URL} is set, and the sandbox has none")
        elif is_named:
            found, missing = made(settings, environment, clock)
            sources.extend(found)
            if missing:
                off.append(f"{kind} is not read, its credentials are missing: set {missing}")
    for source in sources:
        if len(source.name) > LONGEST_NAME or not source.name.isprintable():
            rule = f"names of sources must be printable, and no longer than {LONGEST_NAME}"
            raise ConfigurationError("aurum.sentiment", rule, source.name)
    return ConfiguredSources(tuple(sources), tuple(off))


def _subreddits(
    settings: SentimentSettings, environment: Mapping[str, str], clock: Clock
) -> tuple[list[Source], str]:
    reddit = settings.reddit
    credentials = {
        REDDIT_CLIENT_ID: _secret(environment, REDDIT_CLIENT_ID, reddit.client_id),
        REDDIT_CLIENT_SECRET: _secret(environment, REDDIT_CLIENT_SECRET, reddit.client_secret),
    }
    if missing := [name for name, secret in credentials.items() if not secret]:
        return (
            [],
            f"{' and '.join(missing)} (or client_id and client_secret in aurum.sentiment.reddit)",
        )
    client = RedditClient(*credentials.values(), timeout_s=settings.timeout_seconds, clock=clock)
    interval_s = settings.poll_seconds
    # To Reddit, capitals make no other name.
    names: dict[str, str] = {}
    for name in reddit.subreddits:
        names.setdefault(name.lower(), name)
    return [
        Subreddit(name, client, interval_s=interval_s, clock=clock) for name in names.values()
    ], ""


def _queries(
    settings: SentimentSettings, environment: Mapping[str, str], clock: Clock
) -> tuple[list[Source], str]:
    token = _secret(environment, X_BEARER_TOKEN, settings.x.bearer_token)
    if not token:
        return [], f"{X_BEARER_TOKEN} (or bearer_token in aurum.sentiment.x)"
    return [
        XQuery(
            name,
            query,
            token,
            interval_s=settings.x_poll_seconds,
            timeout_s=settings.timeout_seconds,
            clock=clock,
        )
        for name, query in settings.x.queries.items()
    ], ""


def _secret(environment: Mapping[str, str], name: str, configured: SecretStr) -> SecretStr:
    return SecretStr(environment.get(name, "").strip() or configured.get_secret_value().strip())
