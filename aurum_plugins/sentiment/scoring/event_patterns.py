"""How bad events are reported.

All patterns run on one sentence in small letters with straight quotes. They would rather miss an
event than see one that did not happen: a false shock costs money.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Final

from aurum_plugins.sentiment.scored_item import EventKind

_MONEY: Final = r"\$?\d[\d,.]*\s?(?:k|m|mn|b|bn|million|billion|thousand)?\b"
_WHO: Final = (
    r"(?:sec|doj|cftc|fbi|fca|esma|nyag|finma|justice department|department of justice|"
    r"prosecutors?|attorneys? general|regulators?|watchdog|authorities|us government|treasury)"
)
_STABLE: Final = (
    r"(?:usd[a-z]{1,2}|[a-z]usd|dai|frax|ust|tether|stablecoins?|stables?|usdc|usdt|gho|crvusd)"
)
_STOPPED: Final = r"(?:halted|suspended|paused|frozen|disabled|stopped|on hold|locked|blocked)"
_STOPS: Final = (
    r"(?:halt(?:s|ed|ing)?|suspend(?:s|ed|ing)?|paus(?:es|ed|ing)|pause|freez(?:es|ing)|freeze|"
    r"froze|"
    r"stop(?:s|ped|ping)?|disabl(?:es|ed|ing)|block(?:s|ed|ing)?|lock(?:s|ed)|restrict(?:s|ed)?)"
)
_FALLS: Final = (
    r"(?:crash(?:es|ed|ing)?|plung(?:es|ed|ing)|plummet(?:s|ed|ing)?|tumbl(?:es|ed|ing)|"
    r"collaps(?:es|ed|ing)|nosediv(?:es|ed|ing)|crater(?:s|ed|ing)?|tank(?:s|ed|ing)?|"
    r"sink(?:s|ing)?|sank|slump(?:s|ed|ing)?|dump(?:s|ed|ing)?|drop(?:s|ped|ping)?|"
    r"fall(?:s|ing)?|fell|slid(?:es|ing)?|los(?:es|t)|shed(?:s)?|wip(?:es|ed)|down|nuk(?:es|ed)|"
    r"div(?:es|ed)|off|bleed(?:s|ing)?|craters|implod(?:es|ed))"
)


@dataclass(frozen=True, slots=True)
class Pattern:
    """One way to report one kind of event.

    Attributes
    ----------
    kind : EventKind
    severity : float
        In (0, 1].
    regex : re.Pattern
    sized : str
        "money" or "percent" where its severity follows the largest amount, or the group `size`;
        else empty.
    """

    kind: EventKind
    severity: float
    regex: re.Pattern[str]
    sized: str = ""


def _pattern(kind: EventKind, severity: float, regex: str, sized: str = "") -> Pattern:
    return Pattern(kind, severity, re.compile(regex), sized)


PATTERNS: Final = (
    # Withdrawals.
    _pattern(
        EventKind.WITHDRAWALS_HALTED,
        1.0,
        rf"\b{_STOPS} (?:[\w'&-]+ ){{0,4}}?(?:withdrawals?|redemptions?)\b",
    ),
    _pattern(
        EventKind.WITHDRAWALS_HALTED,
        1.0,
        rf"\b(?:withdrawals|redemptions) (?:[\w'&-]+ ){{0,4}}?{_STOPPED}\b",
    ),
    _pattern(
        EventKind.WITHDRAWALS_HALTED,
        0.8,
        r"\b(?:users|customers|clients|depositors) (?:\w+ ){0,2}?(?:unable to|can't|cannot|could "
        r"not"
        r"|can not) (?:withdraw|access (?:their )?(?:funds|accounts|money|deposits))",
    ),
    _pattern(
        EventKind.WITHDRAWALS_HALTED,
        0.8,
        r"\b(?:freezes|froze|locks|suspends) (?:all )?(?:user |customer |client )?accounts\b",
    ),
    # Hacks.
    _pattern(
        EventKind.HACK,
        0.6,
        r"\b(?:is|was|were|been|gets|got|being|just|reportedly) (?:hacked|exploited|drained|"
        r"breached|rugged|looted)\b",
        "money",
    ),
    _pattern(
        EventKind.HACK,
        0.6,
        r"\b(?:hackers?|attackers?|exploiters?|thieves|thief|lazarus(?: group)?) (?:have |has |"
        r"just )?"
        r"(?:steals?|stole|drain(?:s|ed)?|siphon(?:s|ed)?|loot(?:s|ed)?|mint(?:s|ed)?|takes?|took|"
        r"makes? off|made off|empt(?:y|ies|ied)|swipe[sd]?|nets?|grab(?:s|bed)?)\b",
        "money",
    ),
    _pattern(
        EventKind.HACK,
        0.6,
        r"\b(?:drained|looted|siphoned|stolen|emptied|hacked|exploited|robbed)"
        rf" (?:of|from|for|off|out of) (?!.*\bcold case)(?:\w+ ){{0,2}}?(?:{_MONEY}|\w+)",
        "money",
    ),
    _pattern(
        EventKind.HACK,
        0.6,
        rf"{_MONEY} (?:\w+ ){{0,4}}?(?:drained|stolen|looted|siphoned|swiped)\b",
        "money",
    ),
    _pattern(
        EventKind.HACK,
        0.6,
        r"\b(?:suffers?|suffered|hit by|confirms?|confirmed|discloses?|reports?|reported) (?:\w+ "
        r"){0,3}?"
        rf"(?:{_MONEY} )?(?:hack|exploit|security breach|breach|heist|theft|flash loan attack|"
        r"reentrancy attack)\b",
        "money",
    ),
    _pattern(
        EventKind.HACK,
        0.6,
        rf"\b(?:loses?|lost|drains?|losing) (?:\w+ ){{0,2}}?{_MONEY} (?:[\w']+ ){{0,5}}?(?:in|to|"
        rf"after) "
        r"(?:\w+ ){0,3}?(?:hack|exploit|breach|attack|hackers?|attackers?|heist|theft|drainer)",
        "money",
    ),
    _pattern(
        EventKind.HACK,
        0.6,
        r"\b(?:bridge|protocol|exchange|hot wallets?|pools?|vaults?|treasury|platform|wallets?|"
        r"contracts?|market) (?:\w+ )?(?:hacked|exploited|drained|emptied|breached|compromised)\b"
        r"(?! (?:exchange|wallet|protocol|bridge|account))",
        "money",
    ),
    _pattern(EventKind.HACK, 0.6, r"\bhacked(?:[,;:.!]|$| for\b| again\b| -)", "money"),
    # Insolvency.
    _pattern(
        EventKind.INSOLVENCY,
        1.0,
        r"\b(?:files?|filed|filing|seeks?|sought|applies|applied) (?:for |a petition for )?"
        r"(?:\w+ ){0,2}?(?:chapter (?:7|11|15)|bankruptcy|insolvency|protection from creditors|"
        r"creditor protection|liquidation|administration)\b",
    ),
    _pattern(
        EventKind.INSOLVENCY,
        1.0,
        r"\b(?:declares?|declared|goes|went|is|becomes?) (?:itself )?(?:bankrupt(?:cy)?|"
        r"insolven(?:t|cy))\b",
    ),
    _pattern(
        EventKind.INSOLVENCY,
        0.9,
        r"\b(?:enters?|entered|placed (?:in|into|under)|put into) (?:provisional )?(?:liquidation|"
        r"administration|receivership)\b",
    ),
    _pattern(
        EventKind.INSOLVENCY,
        0.8,
        r"\b(?:hole in (?:its |the )?balance sheet|missing (?:customer|client|user) funds|"
        r"cannot (?:meet|honou?r) withdrawals|cannot repay|can't repay)\b",
    ),
    _pattern(EventKind.INSOLVENCY, 0.6, r"\b(?:defaults|defaulted) on\b"),
    # Stablecoins.
    _pattern(
        EventKind.DEPEG,
        0.9,
        r"\b(?:los(?:es|t|ing)|breaks?|broke|slip(?:s|ped)? (?:below|from|off)|fall(?:s|ing)? "
        r"(?:below|"
        r"from|off)|fell (?:below|from|off)|drop(?:s|ped)? (?:below|from|off)|drift(?:s|ed)? "
        r"(?:from|"
        r"off|below)) (?:its |the |their )?(?:\w+ )?(?:dollar |\$1 |usd )?peg\b",
    ),
    _pattern(EventKind.DEPEG, 0.9, rf"\b{_STABLE} (?:\w+ )?(?:de-?pegs|de-?pegged|de-?pegging)\b"),
    _pattern(
        EventKind.DEPEG,
        0.9,
        rf"\b{_STABLE} (?:\w+ ){{0,2}}?(?:trad(?:es|ing)|fall(?:s|ing)?|fell|drop(?:s|ped)?|"
        rf"slip(?:s|ped)?|"
        rf"sink(?:s)?|sank|slid(?:es)?|crash(?:es|ed)?|down) (?:\w+ )?(?:to|at|as low as|near|"
        rf"below) "
        r"(?:\$?0?\.\d+|[3-9]\d cents)",
    ),
    # Chains.
    _pattern(
        EventKind.CHAIN_HALTED,
        0.8,
        r"\b(?:network|chain|blockchain|mainnet|sequencer|block production|l1|l2) (?:\w+ "
        r"){0,3}?(?:halts|"
        r"halted|stops|stopped|goes down|went down|goes offline|is down|offline|stalled|stalls|"
        r"frozen|down (?:for )?\w+ (?:hours?|minutes?))\b",
    ),
    _pattern(
        EventKind.CHAIN_HALTED,
        0.8,
        r"\b(?:halts?|halted|stops?|stopped|ceases?) (?:\w+ ){0,2}?(?:block production|producing "
        r"blocks|"
        r"the chain|the network|finali[sz]ing)\b",
    ),
    _pattern(
        EventKind.CHAIN_HALTED,
        0.7,
        r"\b(?:suffers?|suffered|hit by|experiences?|experiencing) (?:\w+ ){0,3}?(?:network |"
        r"chain |"
        r"mainnet |block |consensus )(?:outage|halt|failure|stall|split)\b",
    ),
    # Delistings.
    _pattern(EventKind.DELISTING, 0.5, r"\b(?:delists|delisting|(?:will|to) delist|delisted)\b"),
    # Law.
    _pattern(
        EventKind.LAWSUIT,
        0.6,
        rf"\b{_WHO} (?:\w+ ){{0,2}}?(?:sues?|sued|charges|charged|indicts?|indicted|accuses?|"
        r"files? (?:\w+ ){0,3}?(?:suit|lawsuit|complaint|charges)|filed (?:\w+ ){0,3}?(?:suit|"
        r"lawsuit|"
        r"complaint|charges))\b",
    ),
    _pattern(
        EventKind.LAWSUIT, 0.6, rf"\b(?:sued|charged|indicted|raided) by (?:the )?(?:\w+ )?{_WHO}\b"
    ),
    _pattern(
        EventKind.LAWSUIT,
        0.5,
        r"\b(?:charged with|indicted (?:on|for)|arrested (?:on|for|in|over)) (?:\w+ "
        r"){0,3}?(?:fraud|"
        r"laundering|theft|conspiracy|manipulation|charges)",
    ),
    # Bans.
    _pattern(
        EventKind.BAN,
        0.6,
        r"\b(?:bans|banned|outlaws|outlawed|prohibits|prohibited|criminali[sz]es) (?:\w+ "
        r"){0,3}?(?:crypto\w*|"
        r"bitcoin|mining|stablecoins?|exchanges?|digital assets?|tokens?|privacy coins)\b",
    ),
    _pattern(
        EventKind.BAN,
        0.6,
        r"\b(?:imposes?|imposed|enacts?|enacted|announces?|announced) (?:\w+ ){0,3}?(?:ban|"
        r"prohibition) on "
        r"(?:\w+ ){0,2}?(?:crypto\w*|bitcoin|mining|stablecoins?|exchanges?|tokens?)",
    ),
    # Prices.
    _pattern(EventKind.CRASH, 0.6, r"\bflash crash(?:es|ed)?\b"),
    _pattern(
        EventKind.CRASH,
        0.0,
        rf"\b{_FALLS}\b(?: \w+){{0,4}}? (?P<size>\d{{2}}(?:\.\d+)?)\s?(?:%|percent\b|pct\b)",
        "percent",
    ),
)
