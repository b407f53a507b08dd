"""A piece of work that can be done elsewhere."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Generic, TypeVar

Data = TypeVar("Data")
Result = TypeVar("Result")


@dataclass(frozen=True, eq=False)
class Call(Generic[Data, Result]):
    """A function of a part of some data, all of it fit to be pickled.

    Calls that share their data name the same object, so that workers far away get it once.

    Attributes
    ----------
    data : object
        Must not be changed as long as its calls are made.
    part : callable
        From the data to what the function needs of it.
    function : callable
        From that part to the result.
    """

    data: Data
    part: Callable[[Data], Data]
    function: Callable[[Data], Result]
