"""freqtrade's lookahead analysis, which also prints the rows in which each cut backtest differs.

freqtrade names the columns that differ, but not where. Run as a program: the arguments are those of
`freqtrade`; each comparison prints one line `ROWS {json}`.
"""

from __future__ import annotations

import json
import sys

from freqtrade.main import main
from freqtrade.optimize.analysis.lookahead import LookaheadAnalysis

stock = LookaheadAnalysis.analyze_indicators


def analyze_indicators(self, full_vars, cut_vars, current_pair):
    cut = cut_vars.indicators[current_pair]
    full = full_vars.indicators[current_pair].loc[cut.index]
    differing = full.compare(cut)
    rows = {
        "compared": len(cut),
        "last": str(cut["date"].iloc[-1]),
        "differing": [str(date) for date in full["date"].loc[differing.index]],
    }
    print("ROWS", json.dumps(rows), flush=True)
    stock(self, full_vars, cut_vars, current_pair)


if __name__ == "__main__":
    LookaheadAnalysis.analyze_indicators = analyze_indicators
    main(sys.argv[1:])
