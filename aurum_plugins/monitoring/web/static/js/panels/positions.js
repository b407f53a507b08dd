/* Open positions: where each was bought, where it stands, and where it is given up. */

import { h } from "../dom.js";
import { isKnown, money, number, percent, plain, unknown } from "../figures.js";
import { asOf, badge, empty, facts } from "../parts.js";
import { age } from "../times.js";

export const reads = ["account", "loop", "faults", "now_ms"];

export function render({ doc, nowMs, limits, currency }) {
  const account = doc.account?.report;
  if (!account) return [empty(doc.faults.account ?? "The bot has not said what it holds yet.")];
  if (!account.positions.length)
    return [
      asOf(doc.account, nowMs, limits),
      empty("None is open. The newest decisions below say why."),
    ];
  return [
    asOf(doc.account, nowMs, limits),
    h(
      "ul",
      { class: "positions" },
      ...account.positions.map((held) => item(held, nowMs, currency)),
    ),
  ];
}

function item(held, nowMs, currency) {
  const cost = held.amount * held.open_rate;
  const share = isKnown(held.profit) && cost > 0 ? held.profit / cost : null;
  const toStop =
    isKnown(held.price) && isKnown(held.stop) ? held.amount * (held.price - held.stop) : null;
  return h(
    "li",
    { class: "position", "data-key": `${held.pair}#${held.trade_id}` },
    h(
      "div",
      { class: "position-head" },
      h("h3", {}, held.pair),
      h(
        "span",
        { class: "note" },
        `trade ${held.trade_id}, `,
        held.opened_ms ? ["open ", age(held.opened_ms, nowMs, "")] : "opened at a time not known",
      ),
      held.ordered > 0
        ? badge("medium", "order under way", `${held.ordered} ordered and not filled`)
        : null,
      h(
        "span",
        { class: "position-profit" },
        money(held.profit, currency, { signed: true }),
        share === null ? null : [" ", percent(share, { places: 2, signed: true })],
      ),
    ),
    track(held),
    facts(
      [
        ["Entry", number(held.open_rate)],
        ["Price", number(held.price)],
        ["Stop", isKnown(held.stop) ? number(held.stop) : badge("medium", "no stop known")],
        [
          "Risk to stop",
          toStop === null
            ? unknown()
            : [
                money(Math.max(0, toStop), currency),
                " (",
                percent((held.price - held.stop) / held.price),
                ")",
              ],
        ],
        ["Amount", number(held.amount)],
      ],
      "facts row",
    ),
  );
}

/* From the lowest of stop, entry and price to the highest. */
function track(held) {
  const marks = [
    ["stop", held.stop],
    ["entry", held.open_rate],
    ["price", held.price],
  ].filter(([, at]) => isKnown(at));
  const values = marks.map(([, at]) => at);
  const low = Math.min(...values),
    span = Math.max(...values) - low;
  if (marks.length < 2 || !(span > 0)) return null;
  const place = (at) => (at - low) / span;
  const words = marks
    .map(([name, at]) => `${name} ${plain(at, { maximumSignificantDigits: 6 })}`)
    .join(", ");
  const from = place(held.open_rate),
    to = isKnown(held.price) ? place(held.price) : from;
  return h(
    "div",
    { class: "range", role: "img", "aria-label": words },
    h("span", {
      class: `range-gain ${to >= from ? "up" : "down"}`,
      vars: { from: Math.min(from, to), to: Math.max(from, to) },
    }),
    ...marks.map(([name, at]) =>
      h(
        "span",
        { class: `range-mark ${name}`, vars: { at: place(at) }, title: `${name} ${at}` },
        h("span", {}, name),
      ),
    ),
  );
}
