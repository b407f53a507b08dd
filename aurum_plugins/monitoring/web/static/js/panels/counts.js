/* What became of the candles of a day. */

import { h } from "../dom.js";
import { count, percent } from "../figures.js";
import { empty, firstOf } from "../parts.js";
import { sentenceOf } from "../reasons.js";

export const reads = ["counts", "faults"];

const MOST = 8;
const VERDICTS = [
  ["approved", "ordered"],
  ["pending", "not settled yet"],
  ["refused", "entry refused"],
  ["none", "nothing wanted"],
];

export function render({ doc }) {
  if (doc.faults.counts) return [empty("Not known: ", doc.faults.counts)];
  const { verdicts, reasons, ordered, filled } = doc.counts;
  const total = Object.values(verdicts).reduce((sum, number) => sum + number, 0);
  if (!total)
    return [
      empty("No candle was decided in the last 24 hours. A bot decides when a candle closes."),
    ];
  const most = Math.max(1, ...Object.values(reasons));
  const wrap = (rows) =>
    h("ul", { class: "bars" }, ...rows.map(([name, number]) => row(name, number, most, total)));
  return [
    h(
      "div",
      { class: "verdicts", "aria-hidden": "true" },
      ...VERDICTS.filter(([name]) => verdicts[name]).map(([name]) =>
        h("span", { class: `verdict-${name}`, vars: { weight: verdicts[name] } }),
      ),
    ),
    h(
      "ul",
      { class: "legend" },
      ...VERDICTS.filter(([name]) => verdicts[name]).map(([name, word]) =>
        h(
          "li",
          {},
          h("span", { class: `key verdict-${name}`, "aria-hidden": "true" }),
          count(verdicts[name]),
          ` ${word}`,
        ),
      ),
      h(
        "li",
        { class: "note" },
        "of ",
        count(total),
        " candles; ",
        ordered
          ? [
              count(filled),
              " of ",
              count(ordered),
              " orders filled (",
              percent(filled / ordered),
              ")",
            ]
          : "no orders",
      ),
    ),
    ...firstOf(Object.entries(reasons), MOST, "counts-rest", "reasons", wrap),
  ];
}

function row(name, number, most, total) {
  const sentence = sentenceOf(name);
  return h(
    "li",
    { "data-key": `reason-${name}` },
    h(
      "span",
      { class: "bars-label", title: name },
      sentence.charAt(0).toUpperCase() + sentence.slice(1),
    ),
    h(
      "span",
      { class: "bars-number" },
      count(number),
      " ",
      h("span", { class: "of" }, percent(number / total, { places: 0 })),
    ),
    h("span", { class: "plain-bar", "aria-hidden": "true", vars: { share: number / most } }),
  );
}
