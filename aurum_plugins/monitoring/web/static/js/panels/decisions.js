/* Decisions in words. */

import { h } from "../dom.js";
import { badge, empty, firstOf } from "../parts.js";
import { moment } from "../times.js";

const TONES = { approved: "good", refused: "medium", pending: "quiet", none: "quiet" };
const WORDS = { approved: "ordered", refused: "refused", pending: "pending", none: "no entry" };
const MOST = 8;

export const newest = {
  reads: ["newest", "faults"],
  render({ doc, nowMs }) {
    if (doc.faults.newest) return [empty("Not known: ", doc.faults.newest)];
    if (!doc.newest.length) return [empty("No candle was decided yet.")];
    return listed(doc.newest, "newest", nowMs);
  },
};

export const lately = {
  reads: ["lately", "faults"],
  render({ doc, nowMs, pair }) {
    if (doc.faults.lately) return [empty("Not known: ", doc.faults.lately)];
    if (!doc.lately.length) return [empty("Nothing but the signal's own “no” so far.")];
    const shown = doc.lately.filter((decision) => !pair || decision.pair === pair);
    if (!shown.length) return [empty(`Nothing of ${pair}.`)];
    return listed(shown, "lately", nowMs);
  },
};

function listed(decisions, key, nowMs) {
  const wrap = (some) =>
    h("ul", { class: "events" }, ...some.map((decision) => item(decision, key, nowMs)));
  return firstOf(decisions, MOST, `${key}-rest`, "decisions", wrap);
}

function item(decision, key, nowMs) {
  const verdict =
    decision.action === "exit" && decision.verdict === "none"
      ? "exit, if held"
      : (WORDS[decision.verdict] ?? decision.verdict);
  return h(
    "li",
    { "data-key": `${key}-${decision.pair}-${decision.timeframe}-${decision.candle}` },
    h(
      "p",
      { class: "event-head" },
      h("strong", { class: "subject" }, decision.pair),
      " ",
      badge(TONES[decision.verdict] ?? "quiet", verdict, decision.reason.code),
      h(
        "span",
        { class: "note" },
        ` ${decision.timeframe} candle of `,
        moment(Date.parse(decision.candle), nowMs),
      ),
    ),
    h("p", { class: "event-text" }, withoutHead(decision)),
  );
}

/* Pair and candle stand above it already. */
function withoutHead({ explanation, pair, timeframe }) {
  const head = `${pair}, ${timeframe} candle of `;
  const end = explanation.indexOf(" UTC: ", head.length);
  if (!explanation.startsWith(head) || end < 0) return explanation;
  const rest = explanation.slice(end + " UTC: ".length);
  return rest.charAt(0).toUpperCase() + rest.slice(1);
}
