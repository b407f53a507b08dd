"""Faults of the wire: lost, late, refused and mangled answers."""

from __future__ import annotations

from typing import ClassVar, Literal

from pydantic import Field
from typing_extensions import override

from aurum_plugins.sandbox.faults.draws import unit_draw
from aurum_plugins.sandbox.faults.rule import FaultRule, Stage


class ResetBefore(FaultRule):
    """The connection is reset before the venue has looked at the request."""

    stage_of_kind: ClassVar[Stage] = Stage.BEFORE
    kind: Literal["reset_before"]


class ResetAfter(FaultRule):
    """The venue did as asked (took the order), then the connection is reset."""

    stage_of_kind: ClassVar[Stage] = Stage.AFTER
    kind: Literal["reset_after"]


class _BeforeOrAfter(FaultRule):
    when: Literal["before", "after"] = "before"

    @property
    @override
    def stage(self) -> Stage:
        return Stage(self.when)


class Latency(_BeforeOrAfter):
    """The answer is late by `delay_ms` plus up to `jitter_ms`, milliseconds."""

    kind: Literal["latency"]
    delay_ms: int = Field(ge=0, le=600_000)
    jitter_ms: int = Field(default=0, ge=0, le=600_000)

    def delay(self, seed: int, index: int, nth: int) -> int:
        """Milliseconds by which the n-th request that met the rule is held up."""
        return self.delay_ms + int(unit_draw(seed, index, nth, "jitter") * (self.jitter_ms + 1))


class ServerError(_BeforeOrAfter):
    """A 5xx answer: whether the request was carried out is for the client to find out."""

    kind: Literal["server_error"]
    status: int = Field(default=503, ge=500, le=599)


class RateLimited(FaultRule):
    """Too many requests (429 at Binance); come back in `retry_after_s` seconds."""

    stage_of_kind: ClassVar[Stage] = Stage.BEFORE
    kind: Literal["rate_limited"]
    retry_after_s: int = Field(default=1, ge=0, le=86_400)


class Banned(FaultRule):
    """The address is banned (418 at Binance) for `retry_after_s` seconds.

    One rule stands for one refusal, not for the whole ban: bound it with `until_s` or `count`.
    """

    stage_of_kind: ClassVar[Stage] = Stage.BEFORE
    kind: Literal["banned"]
    retry_after_s: int = Field(default=120, ge=0, le=259_200)


class MalformedJson(FaultRule):
    """The answer is complete, and not JSON."""

    stage_of_kind: ClassVar[Stage] = Stage.AFTER
    kind: Literal["malformed_json"]


class TruncatedBody(FaultRule):
    """The connection is reset in the middle of the answer's body."""

    stage_of_kind: ClassVar[Stage] = Stage.AFTER
    kind: Literal["truncated_body"]


class Dark(FaultRule):
    """A venue that gives no answer: silence for `hang_s` seconds, then a reset."""

    stage_of_kind: ClassVar[Stage] = Stage.BEFORE
    kind: Literal["dark"]
    hang_s: float = Field(default=0.0, ge=0.0, le=3_600.0)
