"""Members of one target that are fitted and scored together."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from copy import copy
from typing import Any

import numpy as np

from aurum_plugins.forecasting.arrays import BoolArray, FloatArray, IntArray
from aurum_plugins.forecasting.errors import ForecastingError, MemberFailed
from aurum_plugins.forecasting.members.catalogue import make_member
from aurum_plugins.forecasting.members.member import Member
from aurum_plugins.forecasting.target import Learn

Parameters = Mapping[str, Mapping[str, Any]]


class MemberGroup:
    """Fits and scores several members on the same rows.

    Parameters
    ----------
    names : sequence of str
    learn : "sign" or "value"
    seed : int
    parameters : mapping of str to mapping
        Of members by name; a member without an entry has its defaults.
    """

    def __init__(
        self, names: Sequence[str], learn: Learn, seed: int, parameters: Parameters
    ) -> None:
        self.members: tuple[Member, ...] = tuple(
            make_member(name, learn, seed, parameters.get(name, {})) for name in names
        )

    @property
    def names(self) -> tuple[str, ...]:
        """Names of the members, in the order of their scores."""
        return tuple(member.name for member in self.members)

    @property
    def window(self) -> int:
        """Candles that a score depends on, the row's own included."""
        return max(member.window for member in self.members)

    def part(self, columns: Sequence[int]) -> MemberGroup:
        """Some of the members, as they are."""
        part = copy(self)
        part.members = tuple(self.members[column] for column in columns)
        return part

    def fit(
        self, features: FloatArray, target: FloatArray, candles: IntArray, chosen: BoolArray
    ) -> None:
        """Fit every member.

        Parameters
        ----------
        features : ndarray of shape (n, d)
        target, candles : ndarray of shape (n,)
        chosen : ndarray of bool, shape (n,)
            Rows that members without a sequence are fitted on; the others see them all.

        Raises
        ------
        aurum_plugins.forecasting.errors.ForecastingError
            `MemberFailed` for whatever a library raises.
        """
        for member in self.members:
            rows = chosen if member.window == 1 else np.ones(len(chosen), dtype=np.bool_)
            try:
                member.fit(features[rows], target[rows], candles[rows])
            except ForecastingError:
                raise
            except Exception as error:
                raise MemberFailed(member.name, "fit", repr(error)) from error

    def score(self, features: FloatArray, candles: IntArray, wanted: IntArray) -> FloatArray:
        """Score some rows; sequence members look at those before them.

        Parameters
        ----------
        features : ndarray of shape (n, d)
        candles : ndarray of int, shape (n,)
            Rising.
        wanted : ndarray of int, shape (k,)
            Positions, rising.

        Returns
        -------
        ndarray of shape (k, number of members)
            NaN only where a sequence member lacks part of a row's window.

        Raises
        ------
        aurum_plugins.forecasting.errors.ForecastingError
            `MemberFailed` for whatever a library raises, and for numbers that are not finite.
        """
        scores = np.empty((len(wanted), len(self.members)))
        for column, member in enumerate(self.members):
            try:
                scores[:, column] = _scores(member, features, candles, wanted)
            except ForecastingError:
                raise
            except Exception as error:
                raise MemberFailed(member.name, "score", repr(error)) from error
            finite = np.isfinite(scores[:, column])
            if not finite.all() and (member.window == 1 or np.isinf(scores[:, column]).any()):
                raise MemberFailed(member.name, "score", "its scores are not finite")
        return scores


def _scores(
    member: Member, features: FloatArray, candles: IntArray, wanted: IntArray
) -> FloatArray:
    if member.window == 1 or not len(wanted):
        return member.score(features[wanted], candles[wanted])
    first = max(0, int(wanted[0]) - member.window + 1)
    scores = member.score(features[first:], candles[first:])
    return scores[wanted - first]
