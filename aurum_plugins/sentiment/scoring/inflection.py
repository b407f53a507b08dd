"""Forms of English words, so that word lists need name each once."""

from __future__ import annotations

from typing import Final

_IRREGULAR: Final = {
    "rise": ("rises", "rose", "risen", "rising"),
    "fall": ("falls", "fell", "fallen", "falling"),
    "sink": ("sinks", "sank", "sunk", "sinking"),
    "grow": ("grows", "grew", "grown", "growing"),
    "break": ("breaks", "broke", "broken", "breaking"),
    "lose": ("loses", "lost", "losing"),
    "win": ("wins", "won", "winning"),
    "hit": ("hits", "hitting"),
    "cut": ("cuts", "cutting"),
    "put": ("puts", "putting"),
    "set": ("sets", "setting"),
    "get": ("gets", "got", "gotten", "getting"),
    "shut": ("shuts", "shutting"),
    "quit": ("quits", "quitting"),
    "burst": ("bursts", "bursting"),
    "shed": ("sheds", "shedding"),
    "hurt": ("hurts", "hurting"),
    "beat": ("beats", "beaten", "beating"),
    "buy": ("buys", "bought", "buying"),
    "sell": ("sells", "sold", "selling"),
    "steal": ("steals", "stole", "stolen", "stealing"),
    "hold": ("holds", "held", "holding"),
    "withhold": ("withholds", "withheld", "withholding"),
    "shrink": ("shrinks", "shrank", "shrunk", "shrinking"),
    "freeze": ("freezes", "froze", "frozen", "freezing"),
    "unfreeze": ("unfreezes", "unfroze", "unfrozen", "unfreezing"),
    "withdraw": ("withdraws", "withdrew", "withdrawn", "withdrawing"),
    "give": ("gives", "gave", "given", "giving"),
    "take": ("takes", "took", "taken", "taking"),
    "see": ("sees", "saw", "seen", "seeing"),
    "bleed": ("bleeds", "bled", "bleeding"),
    "leave": ("leaves", "left", "leaving"),
    "slide": ("slides", "slid", "sliding"),
    "make": ("makes", "made", "making"),
    "pay": ("pays", "paid", "paying"),
    "repay": ("repays", "repaid", "repaying"),
    "flee": ("flees", "fled", "fleeing"),
    "begin": ("begins", "began", "begun", "beginning"),
    "keep": ("keeps", "kept", "keeping"),
    "run": ("runs", "ran", "running"),
    "come": ("comes", "came", "coming"),
    "overcome": ("overcomes", "overcame", "overcoming"),
    "stand": ("stands", "stood", "standing"),
    "withstand": ("withstands", "withstood", "withstanding"),
    "strike": ("strikes", "struck", "striking"),
    "shoot": ("shoots", "shot", "shooting"),
    "throw": ("throws", "threw", "thrown", "throwing"),
    "go": ("goes", "went", "gone", "going"),
    "be": ("is", "are", "was", "were", "been", "being", "am"),
    "bring": ("brings", "brought", "bringing"),
    "lead": ("leads", "led", "leading"),
    "feed": ("feeds", "fed", "feeding"),
    "seek": ("seeks", "sought", "seeking"),
    "fight": ("fights", "fought", "fighting"),
    "mislead": ("misleads", "misled", "misleading"),
    "ship": ("ships", "shipped", "shipping"),
    "outshine": ("outshines", "outshone", "outshining"),
    "stage": ("stages", "staged", "staging"),
    "leap": ("leaps", "leapt", "leaped", "leaping"),
    "dive": ("dives", "dove", "dived", "diving"),
    "lie": ("lies", "lied", "lying"),
    "panic": ("panics", "panicked", "panicking"),
    "send": ("sends", "sent", "sending"),
    "spin": ("spins", "spun", "spinning"),
    "bid": ("bids", "bidding"),
    "bet": ("bets", "betting"),
    "cheat": ("cheats", "cheated", "cheating"),
}
_VOWELS: Final = frozenset("aeiou")
# Longer verbs that double their last letter too.
_DOUBLING: Final = frozenset({"unplug", "outstrip", "rebut", "defer", "nonplus"})


def verb_forms(term: str) -> tuple[str, ...]:
    """The forms of a verb; of several words, the first is the verb.

    Examples
    --------
    >>> verb_forms("slip")
    ('slip', 'slips', 'slipped', 'slipping')
    >>> verb_forms("break down")
    ('break down', 'breaks down', 'broke down', 'broken down', 'breaking down')
    """
    verb, space, rest = term.partition(" ")
    forms = (verb, *_IRREGULAR.get(verb, ())) if verb in _IRREGULAR else _regular(verb)
    return tuple(form + space + rest for form in forms)


def noun_forms(term: str) -> tuple[str, str]:
    """A noun and its plural; of several words, the last is the noun.

    Examples
    --------
    >>> noun_forms("margin call")
    ('margin call', 'margin calls')
    """
    return term, _with_s(term)


def _regular(verb: str) -> tuple[str, ...]:
    if verb.endswith("e"):
        past, stem = verb + "d", (verb if verb.endswith("ee") else verb[:-1])
    elif verb.endswith("y") and verb[-2:-1] not in _VOWELS:
        past, stem = verb[:-1] + "ied", verb
    elif _doubles(verb):
        past, stem = verb + verb[-1] + "ed", verb + verb[-1]
    else:
        past, stem = verb + "ed", verb
    return verb, _with_s(verb), past, stem + "ing"


def _doubles(verb: str) -> bool:
    if verb in _DOUBLING:
        return True
    padded = "  " + verb
    before, vowel, last = padded[-3], padded[-2], padded[-1]
    vowels = sum(letter in _VOWELS for letter in verb)
    return vowels == 1 and vowel in _VOWELS and before not in _VOWELS and last not in "aeiouwxy"


def _with_s(word: str) -> str:
    if word.endswith("y") and word[-2:-1] not in _VOWELS:
        return word[:-1] + "ies"
    if word.endswith(("s", "x", "z", "ch", "sh")):
        return word + "es"
    return word + "s"
