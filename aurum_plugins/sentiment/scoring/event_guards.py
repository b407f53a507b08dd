"""What shows that a text reports no event: it has none, or none that happens now.

All patterns run on small letters with straight quotes.
"""

from __future__ import annotations

import re
from typing import Final

# A text with none of these stems reports nothing that is looked for.
TRIGGER: Final = re.compile(
    r"hack|exploit|drain|stole|stol|steal|loot|siphon|breach|heist|theft|rugged|empt|swipe|"
    r"withdraw|"
    r"redempt|accounts|access|bankrupt|insolv|chapter|creditor|liquidation|administration|"
    r"receivership|"
    r"balance sheet|missing|repay|default|peg|cents|0\.\d|halt|offline|down|stall|frozen|stop|"
    r"outage|"
    r"delist|sue|suit|charge|indict|complaint|accuse|arrest|raid|ban|outlaw|prohibit|criminali|"
    r"crash|"
    r"\d\d(?:\.\d+)?\s?(?:%|percent|pct)"
)

# Anywhere in the sentence: it did not happen, is over, is long ago, or is only thought of.
NOT_NOW: Final = re.compile(
    r"\b(?:could|may|might|would|if|should|unless|how to|what if|whether|fears?|feared|risks?|at "
    r"risk|"
    r"threat\w*|warn(?:s|ed|ing)?|potential\w*|possib\w+|hypothetical\w*|rumou?rs?|alleged hack|"
    r"attempt\w*|tried|tries to|foil\w*|thwart\w*|prevent\w*|avert\w*|avoid\w*|simulat\w*|drill|"
    r"exercise|bounty|white[- ]?hats?|testnet|movie|film|book|novel|documentary|podcast|quiz|game|"
    r"years? (?:after|ago|since|on|later|before)|months? (?:after|ago|since|later)|weeks? "
    r"(?:after|ago|"
    r"since|later)|decade|anniversary|last (?:year|month|summer|winter|spring|fall)|(?:19|20)\d\d|"
    r"former|trial|sentenc\w+|plead\w*|pleads|convict\w*|jury|verdict|appeal\w*|"
    r"repa(?:y|ys|id|yment)|reimburs\w*|compensat\w*|refund\w*|recover(?:ed|s|y|ing)?|return(?:s|"
    r"ed|ing)?|"
    r"resum\w*|restor\w*|reopen\w*|lift(?:s|ed|ing)|dismiss\w*|dropped (?:its|the|charges|case)|"
    r"drops (?:its|the|charges|case|lawsuit)|overturn\w*|revers\w*|patched|repeg\w*|regain\w*|"
    r"histor\w+|lessons?|remember\w*|post-?mortem|timeline|stud(?:y|ies)|survey|statistics|"
    r"this year|so far|first half|quarter|annual\w*|in (?:january|february|march|april|may|june|"
    r"july|"
    r"august|september|october|november|december)|victims?|aftermath|den(?:y|ies|ied)|false|fake|"
    r"hoax|untrue|debunk\w*|fud|unaffected|not affected|maintenance|upgrade|scheduled|routine|"
    r"hard fork|explained|guide|insurance|proposal|proposes?|proposed|considers?|plans? to|aims? "
    r"to|"
    r"calls? (?:for|to)|urges?|bill|imagine|remind\w*|used to|ever|fears|suspect(?:s|ed)? in|"
    r"how (?:a|the|it|they)|why (?:a|the|it|they)|when (?:a|the|it|they))\b"
)
# Anywhere in the text.
DENIED: Final = re.compile(
    r"\b(?:rumou?rs?|hoax|false alarm|fake news|(?:is|are|was|were) (?:false|fake|untrue)|"
    r"debunk\w*|"
    r"satire|/s$|parody|den(?:y|ies|ied)|white[- ]?hats?|no funds (?:were )?lost|game over for|"
    r"all funds (?:are )?safe|funds (?:were )?recovered)\b"
)
# In the four words before.
NEGATED: Final = re.compile(
    r"(?:\b(?:not|never|no|nor|without|neither|nobody|none|refused? to|fails? to|failed to)\b|"
    r"n't\b)"
    r"(?:[\s\w']{0,30})$"
)
# What falls by percentages without being a price.
NOT_A_PRICE: Final = re.compile(
    r"\b(?:fees?|volumes?|outflows?|inflows?|inflation|cpi|supply|hash ?rate|difficulty|tvl|"
    r"revenues?|"
    r"users|activity|odds|chances|losses|hacks?|scams?|crime|thefts?|rates?|premium|yields?|"
    r"balances?|"
    r"reserves|staff|workforce|jobs|headcount|emissions?|tax(?:es)?|issuance|costs?|addresses|"
    r"transactions|dominance|share of|interest|leverage|funding|volatility|holdings|profits?|"
    r"earnings|"
    r"income|unemployment|gas|deposits|staked|year|ytd|all-time high|peak|ath|top|month|since|"
    r"my|i'm|i am|portfolio|bags?|discount|sale|off your|off the|promo|tier|win|stocks?|shares?|"
    r"dollar|oil|gold|s&p|nasdaq|dow)\b"
)
