"""The `aurum.sentiment` section of the configuration."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, Literal, Self

from pydantic import BaseModel, ConfigDict, Field, SecretStr, model_validator

from aurum_plugins.settings import Section

Weight = Annotated[float, Field(ge=0, le=10)]


class _Part(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid", allow_inf_nan=False)


class RedditSettings(_Part):
    """Which subreddits are read; nothing is posted, and no user logs in.

    Parameters
    ----------
    subreddits : tuple of str
        Without "r/". Empty: Reddit is not read.
    client_id, client_secret : SecretStr
        Of an application of type "script" or "web app". The environment variables
        AURUM_REDDIT_CLIENT_ID and AURUM_REDDIT_CLIENT_SECRET come first. Without them Reddit is
        not read, and the log says so.
    """

    subreddits: tuple[str, ...] = ()
    client_id: SecretStr = SecretStr("")
    client_secret: SecretStr = SecretStr("")


class XSettings(_Part):
    """Which tweets are searched for; off by default, because X charges for it.

    Parameters
    ----------
    queries : mapping of str to str
        In X's search language, by a name of one's own. Empty: X is not read.
    bearer_token : SecretStr
        The environment variable AURUM_X_BEARER_TOKEN comes first.
    """

    queries: Mapping[str, str] = Field(default_factory=dict)
    bearer_token: SecretStr = SecretStr("")


class ShockSettings(_Part):
    """When news are a shock, and what is done about it.

    Parameters
    ----------
    begin_level : float in [0.1, 100]
        A shock begins when severity times weight of the items, halved each `half_life_minutes`,
        add up to this.
    fewest_sources : int in [1, 10]
        And come from so many sources, so that one that was taken over cannot do it alone.
    half_life_minutes : float in [1, 10000]
    release_level : float in (0, begin_level)
        It ends when that sum has fallen to this.
    shortest_minutes : float in [0, 10000]
        But not before.
    entries : bool
        Whether nothing is entered while one is on that concerns the pair.
    brake : {"exit", "tighten", "off"}
        What is done with open positions that it concerns.
    tightened_multiple : float in [0.1, 10]
        Of the average true range: as far below the price as a stop is drawn by "tighten".
    """

    begin_level: float = Field(default=1.2, ge=0.1, le=100)
    fewest_sources: int = Field(default=2, ge=1, le=10)
    half_life_minutes: float = Field(default=90.0, ge=1, le=10_000)
    release_level: float = Field(default=0.3, gt=0, le=100)
    shortest_minutes: float = Field(default=60.0, ge=0, le=10_000)
    entries: bool = True
    brake: Literal["exit", "tighten", "off"] = "tighten"
    tightened_multiple: float = Field(default=1.0, ge=0.1, le=10)

    @model_validator(mode="after")
    def _consistent(self) -> Self:
        if self.release_level >= self.begin_level:
            raise ValueError(
                f"release_level ({self.release_level:g}) must be below begin_level "
                f"({self.begin_level:g})"
            )
        return self


class MoodSettings(_Part):
    """How items become a mood, and when the mood keeps a pair from being entered.

    Parameters
    ----------
    half_life_minutes : float in [5, 20000]
        An item counts half after so long.
    entry_floor : float in [-1, 1]
        Nothing is entered while the mood about its coin is below; -1 switches that off.
    fewest : float in [0, 1000]
        A mood of fewer items (their weights, older ones less) keeps nothing from being entered.
    required : bool
        Whether nothing is entered while nobody listens to any source.
    """

    half_life_minutes: float = Field(default=360.0, ge=5, le=20_000)
    entry_floor: float = Field(default=-1.0, ge=-1, le=1)
    fewest: float = Field(default=3.0, ge=0, le=1_000)
    required: bool = False


class SentimentSettings(Section):
    """Where posts come from, what they count, and what follows from them.

    Parameters
    ----------
    enabled : bool
        Whether anything is read, or made of what was read.
    collect : bool
        Whether the bot collects in the background; false where `aurum sentiment collect` does.
    rss : mapping of str to str
        Addresses of feeds, by a name of one's own.
    reddit : RedditSettings
    x : XSettings
    poll_seconds : float in [10, 3600]
        Between two polls of a feed or a subreddit.
    x_poll_seconds : float in [60, 86400]
        Between two polls of a query; X counts them.
    timeout_seconds : float in [1, 60]
        For one request.
    longest_retry_seconds : float in [1, 300]
        For one request and its repetitions together.
    failures_to_open : int in [2, 100]
        So many failures in a row, and a source is left alone for a while.
    open_seconds : float in [1, 3600]
        How long that is before one request tries again.
    weights : mapping of str to float in [0, 10]
        Of sources, by their whole name ("rss:coindesk") or their kind ("reddit"); the whole name
        comes first. 1 by default.
    scorer : {"vader", "transformer"}
        The second needs the extra `sentiment` and `transformer_model`.
    transformer_model : str
        A folder with a model for text classification.
    keep_days : int in [1, 36500]
        Items older than this are deleted; they are needed for training and backtests.
    mood : MoodSettings
    shock : ShockSettings

    Examples
    --------
    >>> feeds = {"coindesk": "https://www.coindesk.com/arc/outboundfeeds/rss"}
    >>> SentimentSettings.from_config({"aurum": {"sentiment": {"rss": feeds}}}).active
    True
    """

    section = "aurum.sentiment"

    enabled: bool = True
    collect: bool = True
    rss: Mapping[str, str] = Field(default_factory=dict)
    reddit: RedditSettings = RedditSettings()
    x: XSettings = XSettings()
    poll_seconds: float = Field(default=60.0, ge=10, le=3_600)
    x_poll_seconds: float = Field(default=900.0, ge=60, le=86_400)
    timeout_seconds: float = Field(default=10.0, ge=1, le=60)
    longest_retry_seconds: float = Field(default=20.0, ge=1, le=300)
    failures_to_open: int = Field(default=3, ge=2, le=100)
    open_seconds: float = Field(default=60.0, ge=1, le=3_600)
    weights: Mapping[str, Weight] = Field(default_factory=dict)
    scorer: Literal["vader", "transformer"] = "vader"
    transformer_model: str = ""
    keep_days: int = Field(default=3_650, ge=1, le=36_500)
    mood: MoodSettings = MoodSettings()
    shock: ShockSettings = ShockSettings()

    @property
    def active(self) -> bool:
        """Whether any source is named, with or without credentials, and not switched off."""
        return self.enabled and bool(self.rss or self.reddit.subreddits or self.x.queries)

    def weight_of(self, source: str) -> float:
        """What an item of a source counts."""
        kind = source.partition(":")[0]
        return self.weights.get(source, self.weights.get(kind, 1.0))
