/* How fresh the candles are, and whether other venues agree with them. */

import { h } from "../dom.js";
import { count, fixed, isKnown, number, plain, unknown } from "../figures.js";
import { badge, empty, firstOf } from "../parts.js";
import { age, lengthInWords } from "../times.js";

export const reads = ["candles", "consensus", "faults", "now_ms"];

const MOST = 10;

export function render({ doc, nowMs, limits }) {
  const report = doc.candles?.report ?? null;
  const consensus = new Map(doc.consensus.map((each) => [each.pair, each]));
  const faults = ["candles", "consensus"]
    .filter((part) => doc.faults[part])
    .map((part) =>
      h(
        "p",
        { class: "notice", "data-tone": "high" },
        badge("high", "Not known"),
        ` ${doc.faults[part]}`,
      ),
    );
  const pairs = report?.pairs ?? [];
  const others = doc.consensus
    .filter((each) => !pairs.some((pair) => pair.pair === each.pair))
    .map((each) => ({ pair: each.pair, missing: true }));
  const rows = [...pairs, ...others].map((each) => ({
    ...each,
    ...freshness(each, report, nowMs, limits),
  }));
  if (!rows.length) return [...faults, empty("The bot has not said what candles it has.")];
  rows.sort((a, b) => b.rank - a.rank);
  const wrap = (some) =>
    h("ul", { class: "candles" }, ...some.map((row) => item(row, consensus.get(row.pair), nowMs)));
  const late = rows.filter((row) => row.rank >= 2).length;
  return [
    ...faults,
    report
      ? h(
          "p",
          { class: "note" },
          `${lengthInWords(report.interval_ms)} candles, `,
          count(pairs.length),
          " pairs, ",
          late ? badge("high", `${late} without fresh candles`) : "all fresh",
        )
      : null,
    ...firstOf(rows, MOST, "candles-rest", "pairs", wrap),
  ];
}

/* In candles after the newest one closed; a candle that closes now is 0 old. */
function freshness(each, report, nowMs, limits) {
  if (each.missing || !report) return { rank: 1, tone: "quiet", word: "not known" };
  if (each.newest_ms === null) return { rank: 3, tone: "high", word: "no candle" };
  const candles = (nowMs - each.newest_ms - report.interval_ms) / report.interval_ms;
  if (candles > limits.staleCandles)
    return { rank: 2, tone: "high", word: "stale", closed: each.newest_ms + report.interval_ms };
  return { rank: 0, tone: "good", word: "fresh", closed: each.newest_ms + report.interval_ms };
}

function item(row, consensus, nowMs) {
  return h(
    "li",
    { "data-key": row.pair },
    h(
      "p",
      { class: "event-head" },
      h("strong", { class: "subject" }, row.pair),
      " ",
      badge(row.tone, row.word),
      row.closed ? h("span", { class: "note" }, " closed ", age(row.closed, nowMs)) : null,
    ),
    consensus ? agreement(consensus) : null,
  );
}

function agreement(consensus) {
  const { price, quality, venues, dissent } = consensus;
  if (dissent) {
    return h(
      "p",
      { class: "agreement" },
      badge("medium", "no consensus"),
      ` ${dissent.replaceAll("_", " ").toLowerCase()}`,
    );
  }
  return h(
    "p",
    { class: "agreement" },
    h("span", {
      class: "mini",
      role: "img",
      "aria-label": `quality of the consensus ${plain(quality)}`,
      vars: { share: isKnown(quality) ? quality : 0 },
    }),
    h(
      "span",
      {},
      "quality ",
      fixed(quality),
      ", ",
      count(venues),
      venues === 1 ? " venue" : " venues",
      ", ",
      isKnown(price) ? number(price) : unknown(),
    ),
  );
}
