"""Which reasons cost how many candles."""

from __future__ import annotations

from dataclasses import dataclass

from rich.box import SIMPLE_HEAD
from rich.table import Table
from rich.text import Text

from aurum_plugins.execution.decision import Verdict
from aurum_plugins.execution.decision_record import Counts
from aurum_plugins.reasons import Reason, Stage

_STAGES = {stage: number for number, stage in enumerate(Stage)}


@dataclass(frozen=True)
class DecisionSummary:
    """Counts in order: by stage, the most frequent reason first.

    Attributes
    ----------
    candles : int
        All that were decided on, each pair's own.
    wanted : int
        Those on which an entry was wanted, by the signal or by hand.
    approved : int
        Those on which an order was sent.
    pending : int
        Those not settled yet.
    reasons : tuple of (Reason, int)
        How many candles ended with each; those that none ended with are left out.
    """

    candles: int
    wanted: int
    approved: int
    pending: int
    reasons: tuple[tuple[Reason, int], ...]

    @classmethod
    def of(cls, counts: Counts) -> DecisionSummary:
        """Sum up what `DecisionRecord.counts` gave."""
        by_reason: dict[Reason, int] = {}
        by_verdict = dict.fromkeys(Verdict, 0)
        for (verdict, reason), number in counts.items():
            by_reason[reason] = by_reason.get(reason, 0) + number
            by_verdict[verdict] += number
        found = [(reason, number) for reason, number in by_reason.items() if number]
        found.sort(key=lambda one: (_STAGES[one[0].stage], -one[1], one[0]))
        candles = sum(by_verdict.values())
        return cls(
            candles=candles,
            wanted=candles - by_verdict[Verdict.NONE],
            approved=by_verdict[Verdict.APPROVED],
            pending=by_verdict[Verdict.PENDING],
            reasons=tuple(found),
        )

    @property
    def funnel(self) -> str:
        """From candles to orders, in one line."""
        wanted = f"entries wanted on {_share(self.wanted, self.candles)}"
        approved = f"approved {_share(self.approved, self.wanted)}"
        parts = [f"{self.candles:,} candles", wanted, approved]
        if self.pending:
            parts.append(f"not settled yet {self.pending:,}")
        return "; ".join(parts)


def summary_table(counts: Counts, title: str | None = None) -> Table:
    """One line a reason, with the funnel as its caption.

    Parameters
    ----------
    counts : mapping of (Verdict, Reason) to int
        As `DecisionRecord.counts` gives them.
    title : str or None
    """
    summary = DecisionSummary.of(counts)
    table = Table(
        title=title,
        title_justify="left",
        caption=summary.funnel,
        caption_justify="left",
        box=SIMPLE_HEAD,
        padding=(0, 1, 0, 0),
        pad_edge=False,
    )
    for heading in ("stage", "reason", "code"):
        table.add_column(heading, overflow="fold")
    for heading in ("candles", "share"):
        table.add_column(heading, justify="right")
    for reason, number in summary.reasons:
        share = _percent(number, summary.candles)
        cells = (reason.stage, reason.sentence, reason.name, f"{number:,}", share)
        table.add_row(*(Text(str(cell)) for cell in cells))
    return table


def _share(part: int, whole: int) -> str:
    return f"{part:,} ({_percent(part, whole)})" if whole else f"{part:,}"


def _percent(part: int, whole: int) -> str:
    return f"{part / whole:.1%}".replace("%", " %")
