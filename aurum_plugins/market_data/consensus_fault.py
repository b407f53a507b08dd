"""Why what venues say of a pair is not good enough, in words."""

from __future__ import annotations

from aurum_plugins.market_data.consensus.price_consensus import Consensus, Dissent, NoConsensus

# What the figures add to the reason.
_DETAILS = {
    Dissent.NO_QUORUM: " ({venues}, and {quorum} are needed)",
    Dissent.DISAGREEMENT: (
        " ({lowest_venue} says {lowest_price:.10g}, {highest_venue} {highest_price:.10g},"
        " {apart_bps:.0f} bps apart)"
    ),
}


def consensus_fault(result: Consensus | NoConsensus, min_quality: float) -> str | None:
    """Judge a result by whether there is a price, and how good it is.

    Parameters
    ----------
    result : Consensus or NoConsensus
    min_quality : float in [0, 1]
        Least `Quality.score`.

    Returns
    -------
    str or None
        A clause without a full stop; None if nothing is wrong.
    """
    if isinstance(result, Consensus):
        score = result.quality.score
        if score >= min_quality:
            return None
        return f"the quality of the venues' consensus is {score:.2f}, less than {min_quality:g}"
    detail = _DETAILS.get(result.dissent, "").format(**result.figures)
    excluded = "".join(f"; {venue}: {why}" for venue, why in result.excluded.items())
    return f"{result.dissent}{detail}{excluded}"
