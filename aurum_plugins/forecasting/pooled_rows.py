"""Labelled rows of several pairs, cut into blocks by time."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Self

import numpy as np
import pandas as pd

from aurum_plugins.forecasting.arrays import BoolArray, FloatArray, IntArray
from aurum_plugins.forecasting.errors import BadRows, TooLittleData
from aurum_plugins.forecasting.labelled_rows import LabelledRows
from aurum_plugins.forecasting.pair_clock import moments, pair_numbers, tagged
from aurum_plugins.forecasting.pair_table import PairTable
from aurum_plugins.forecasting.settings import EnsembleSettings
from aurum_plugins.forecasting.training_blocks import LEAST_OUTCOMES, TrainingBlocks

BLOCKS = ("fitting", "calibration", "judgement")


@dataclass(frozen=True, eq=False)
class PooledRows:
    """n labelled rows, one pair after the other in alphabetical order.

    Attributes
    ----------
    tables : dict of str to PairTable
        Of the pairs that take part: their labelled rows.
    outcomes : ndarray of shape (n, number of targets)
    candles : ndarray of int, shape (n,)
        Numbered as `pair_clock` says.
    blocks : TrainingBlocks
    left_out : dict of str to str
        The other pairs, and why.
    """

    tables: dict[str, PairTable]
    outcomes: FloatArray
    candles: IntArray
    blocks: TrainingBlocks
    left_out: dict[str, str]

    @classmethod
    def of(cls, tables: Mapping[str, PairTable], horizon: int, settings: EnsembleSettings) -> Self:
        """Pool the labelled rows of the pairs that have enough.

        Parameters
        ----------
        tables : mapping of str to PairTable
            By the pair's name, in any order; all labels are numbers or NaN.
        horizon : int
            Candles until a label is known.
        settings : EnsembleSettings

        Raises
        ------
        aurum_plugins.forecasting.errors.BadRows
            If features differ from pair to pair.
        aurum_plugins.forecasting.errors.TooLittleData
            If no pair has enough, or a block is too short.
        """
        _check_features(tables)
        known = {name: tables[name].labelled() for name in sorted(tables)}
        left_out = {
            name: f"{len(table.candles)} labelled rows, but {settings.least_rows} are needed"
            for name, table in known.items()
            if len(table.candles) < settings.least_rows
        }
        while True:
            chosen = {name: table for name, table in known.items() if name not in left_out}
            if not chosen:
                most = max((len(table.candles) for table in known.values()), default=0)
                raise TooLittleData("training window of every pair", most, settings.least_rows)
            candles = np.concatenate(
                [tagged(table.candles, pair) for pair, table in enumerate(chosen.values())]
            )
            blocks = TrainingBlocks.of(candles, horizon, settings)
            absent = _absent(list(chosen), candles, blocks, LEAST_OUTCOMES * horizon)
            if not absent:
                break
            # Without their rows the blocks may begin elsewhere.
            left_out |= absent
        outcomes = [table.labels.to_numpy(np.float64) for table in chosen.values()]
        return cls(chosen, np.concatenate(outcomes), candles, blocks, left_out)

    def only(self, kept: BoolArray) -> LabelledRows:
        """Some of the rows, a mask of shape (n,), with their features."""
        whose = pair_numbers(self.candles)
        features = [
            table.features.iloc[np.flatnonzero(kept[whose == pair])]
            for pair, table in enumerate(self.tables.values())
        ]
        names = features[0].columns
        return LabelledRows(
            pd.concat([part[names] for part in features], ignore_index=True),
            self.outcomes[kept],
            self.candles[kept],
            self.blocks.among(kept),
            len(self.tables),
        )

    def base_rates(self, pair: int) -> FloatArray:
        """Share of a pair's labels in the first block above 0, shape (number of targets,)."""
        fitted = self.blocks.fitted
        own = fitted[pair_numbers(self.candles[fitted]) == pair]
        up: FloatArray = (self.outcomes[own] > 0).mean(axis=0)
        return up

    def judgement(self, pair: int) -> IntArray:
        """Candles of a pair's judgement rows, rising."""
        candles = self.candles[self.blocks.judgement]
        return moments(candles[pair_numbers(candles) == pair])


def _check_features(tables: Mapping[str, PairTable]) -> None:
    names: set[str] = set()
    for pair, table in tables.items():
        found = set(map(str, table.features.columns))
        other = found ^ (names or found)
        if other:
            raise BadRows(f"{pair} has other features than other pairs, for example {min(other)}")
        names = found


def _absent(
    names: list[str], candles: IntArray, blocks: TrainingBlocks, least: int
) -> dict[str, str]:
    """Pairs with too few rows in a block, and which."""
    found: dict[str, str] = {}
    parts = (blocks.fitted, blocks.calibration, blocks.judgement)
    for block, rows in zip(BLOCKS, parts):
        counts = np.bincount(pair_numbers(candles[rows]), minlength=len(names))
        for name, count in zip(names, counts.tolist()):
            if count < least:
                found[name] = f"{count} labelled rows in the {block} block, but {least} are needed"
    return found
