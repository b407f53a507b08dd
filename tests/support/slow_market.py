"""The market-wide features, one row at a time, from their definitions, in plain Python."""

from __future__ import annotations

import math

import numpy as np

from aurum_plugins.features.market_view import MarketView

NAN = float("nan")


class SlowMarket:
    """A method for each feature: the value of one row."""

    def __init__(self, view: MarketView, period: int) -> None:
        self.pair = view.pair.tolist()
        self.members = view.members.tolist()
        self.leader = self.members[0]
        self.p = period

    def change(self, closes: list[float], row: int, candles: int) -> float:
        return closes[row] - closes[row - candles] if row >= candles else NAN

    def window(self, row: int) -> range:
        return range(row - self.p + 1, row + 1)

    def mean_in_window(self, numbers: list[float]) -> float:
        known = [x for x in numbers if not math.isnan(x)]
        return sum(known) / len(known) if len(known) >= 0.9 * self.p else NAN

    def across(self, numbers: list[float]) -> float:
        known = [x for x in numbers if not math.isnan(x)]
        return sum(known) / len(known) if 2 * len(known) >= len(numbers) else NAN

    def changes(self, row: int, candles: int) -> list[float]:
        return [self.change(member, row, candles) for member in self.members]

    def products(self, row: int, first: list[float], second: list[float], both: bool) -> float:
        out = []
        for t in self.window(row):
            x, y = self.change(first, t, 1), self.change(second, t, 1)
            everything = x + y + self.change(self.pair, t, 1) if both else x + y
            out.append(NAN if math.isnan(everything) else x * y)
        return self.mean_in_window(out)

    def market_return(self, row: int) -> float:
        return self.across(self.changes(row, self.p))

    def breadth(self, row: int) -> float:
        sides = []
        for member in self.members:
            distance = member[row] - self.mean_in_window([member[t] for t in self.window(row)])
            sides.append(distance if math.isnan(distance) else float(distance > 0))
        return self.across(sides)

    def dispersion(self, row: int) -> float:
        known = [x for x in self.changes(row, self.p) if not math.isnan(x)]
        enough = 2 * len(known) >= len(self.members) and len(known) > 1
        return float(np.std(known)) if enough else NAN

    def relative_strength(self, row: int) -> float:
        return self.change(self.pair, row, self.p) - self.market_return(row)

    def leader_return(self, row: int) -> float:
        return self.change(self.leader, row, self.p)

    def leader_last_return(self, row: int) -> float:
        square = self.products(row, self.leader, self.leader, both=False)
        return self.change(self.leader, row, 1) / math.sqrt(square)

    def leader_beta(self, row: int) -> float:
        return self.products(row, self.pair, self.leader, both=True) / self.products(
            row, self.leader, self.leader, both=True
        )

    def leader_correlation(self, row: int) -> float:
        pair = self.mean_in_window(self.joint_squares(row, self.pair))
        leader = self.mean_in_window(self.joint_squares(row, self.leader))
        return self.products(row, self.pair, self.leader, both=True) / math.sqrt(pair * leader)

    def joint_squares(self, row: int, closes: list[float]) -> list[float]:
        out = []
        for t in self.window(row):
            x, y = self.change(self.pair, t, 1), self.change(self.leader, t, 1)
            out.append(NAN if math.isnan(x + y) else self.change(closes, t, 1) ** 2)
        return out

    def residual_momentum(self, row: int) -> float:
        beta = self.leader_beta(row)
        return self.change(self.pair, row, self.p) - beta * self.change(self.leader, row, self.p)

    def market_volatility(self, row: int) -> float:
        means = [self.across(self.changes(t, 1)) for t in self.window(row)]
        return math.sqrt(self.mean_in_window([m * m for m in means]))

    def comovement(self, row: int) -> float:
        products, squares = [], []
        for t in self.window(row):
            known = [x for x in self.changes(t, 1) if not math.isnan(x)]
            enough = 2 * len(known) >= len(self.members) and len(known) > 1
            pairs = [(x, y) for i, x in enumerate(known) for j, y in enumerate(known) if i != j]
            products.append(sum(x * y for x, y in pairs) if enough else NAN)
            squares.append(sum((x * x + y * y) / 2 for x, y in pairs) if enough else NAN)
        return self.mean_in_window(products) / self.mean_in_window(squares)
