"""Whether news are read, from where, and whether somebody listens."""

from __future__ import annotations

from collections.abc import Iterator

from aurum_plugins.doctor.checks.candles import age
from aurum_plugins.doctor.facts import SentimentFacts
from aurum_plugins.doctor.finding import Finding, Level
from aurum_plugins.doctor.surroundings import Surroundings

SUBJECT = "sentiment"
_START = ": a bot does, or `aurum sentiment collect`"


def check_sentiment(around: Surroundings) -> Iterator[Finding]:
    """Name the sources, and say what was written of them; none of them is contacted."""
    fault, facts = around.freqtrade.sentiment_fault, around.freqtrade.sentiment
    if fault is not None:
        mend = "correct what it names in aurum.sentiment; docs/sentiment.md tells more"
        yield Finding(Level.ERROR, SUBJECT, f"it cannot be read: {fault.message}", mend)
        return
    if facts is None:
        return
    if not facts.sources and not facts.off:
        mend = 'add "sentiment.json" of configs/ to add_config_files; docs/sentiment.md tells more'
        yield Finding(Level.INFO, SUBJECT, "no news are read", mend)
        return
    if facts.sources:
        names = ", ".join(facts.sources)
        yield Finding(Level.INFO, SUBJECT, f"read are {names}: `aurum sentiment status`")
    for line in facts.off:
        yield Finding(Level.INFO, SUBJECT, line)
    if facts.unread:
        message = f"what was read before is not known: {facts.unread}"
        yield Finding(Level.INFO, SUBJECT, message)
        return
    yield _listening(facts, around.now_ms)
    for source, said in facts.faults.items():
        mend = "look at `aurum sentiment status`; for credentials, at docs/sentiment.md"
        yield Finding(Level.WARNING, SUBJECT, f"{source} did not answer: {said}", mend)


def _listening(facts: SentimentFacts, now_ms: int) -> Finding:
    if facts.first_ms is None:
        return Finding(Level.INFO, SUBJECT, f"nobody listened yet{_START}")
    begun = f"first listened to {age(now_ms - facts.first_ms)} ago"
    answers = [f"{name} {age(now_ms - at)} ago" for name, at in facts.answered_ms.items()]
    told = f"{begun}; last answers: {', '.join(answers) or 'none'}"
    if not facts.listening:
        return Finding(Level.INFO, SUBJECT, f"nobody listens now{_START} ({told})")
    return Finding(Level.OK, SUBJECT, told)
