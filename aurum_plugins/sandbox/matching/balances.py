"""What an account owns, free and locked."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal

from aurum_plugins.errors import ConfigurationError
from aurum_plugins.sandbox.matching.errors import InsufficientBalance

ZERO = Decimal(0)


class Balances:
    """Amounts by asset; no amount is ever negative.

    Parameters
    ----------
    initial : mapping of str to decimal.Decimal
        Free amounts to begin with.

    Raises
    ------
    ConfigurationError
        If an initial amount is negative or not finite.
    """

    def __init__(self, initial: Mapping[str, Decimal]) -> None:
        for asset, amount in initial.items():
            if not amount.is_finite() or amount < 0:
                rule = "a balance must be a finite number, 0 or more"
                raise ConfigurationError(f"balances.{asset}", rule, str(amount))
        self._free: dict[str, Decimal] = dict(initial)
        self._locked: dict[str, Decimal] = {}

    def assets(self) -> tuple[str, ...]:
        """Every asset that was ever held, sorted."""
        return tuple(sorted({*self._free, *self._locked}))

    def free(self, asset: str) -> Decimal:
        """What may be spent or locked."""
        return self._free.get(asset, ZERO)

    def locked(self, asset: str) -> Decimal:
        """What open orders hold."""
        return self._locked.get(asset, ZERO)

    def total(self, asset: str) -> Decimal:
        """Free and locked together."""
        return self.free(asset) + self.locked(asset)

    def lock(self, asset: str, amount: Decimal) -> None:
        """Move `amount` from free to locked.

        Raises
        ------
        InsufficientBalance
            If less is free.
        """
        self.withdraw(asset, amount)
        self._locked[asset] = self.locked(asset) + amount

    def release(self, asset: str, amount: Decimal) -> None:
        """Move `amount` from locked to free.

        Raises
        ------
        InsufficientBalance
            If less is locked.
        """
        self._check(asset, amount, self.locked(asset))
        self._locked[asset] = self.locked(asset) - amount
        self.deposit(asset, amount)

    def deposit(self, asset: str, amount: Decimal) -> None:
        """Add `amount` to what is free."""
        self._check(asset, amount, amount)
        self._free[asset] = self.free(asset) + amount

    def withdraw(self, asset: str, amount: Decimal) -> None:
        """Take `amount` from what is free.

        Raises
        ------
        InsufficientBalance
            If less is free.
        """
        self._check(asset, amount, self.free(asset))
        self._free[asset] = self.free(asset) - amount

    @staticmethod
    def _check(asset: str, amount: Decimal, available: Decimal) -> None:
        if amount < 0:
            raise ValueError(f"an amount of {asset} must be 0 or more, got {amount}")
        if amount > available:
            raise InsufficientBalance(asset, amount, available)
