/* The figures that people look for first. */

import { h } from "../dom.js";
import { count, isKnown, money, percent, unknown } from "../figures.js";
import { badge, plural } from "../parts.js";
import { age } from "../times.js";

export const reads = ["loop", "account", "trades", "counts", "owed", "unsettled_orders", "faults"];

export function render({ doc, nowMs, currency }) {
  const account = doc.account?.report ?? null;
  const trades = doc.trades?.report ?? null;
  const { ordered, filled } = doc.counts;
  return [
    tile(
      "Equity",
      account ? money(account.equity, currency) : unknown(),
      account ? ["Cash ", money(account.cash, currency)] : why(doc, "account"),
      doc.account ? ["as of ", age(doc.account.at_ms, nowMs)] : null,
    ),
    tile(
      "Profit today",
      trades ? money(trades.profit_today, currency, { signed: true }) : unknown(),
      trades ? [count(trades.closed_today), " closed today"] : why(doc, "trades"),
    ),
    tile(
      "Profit of all trades",
      trades ? money(trades.profit, currency, { signed: true }) : unknown(),
      trades ? [count(trades.won), " of ", count(trades.closed), " won"] : why(doc, "trades"),
      trades ? ["Exchange fees ", money(trades.paid_in_fees, currency)] : null,
    ),
    tile(
      "Drawdown",
      account ? percent(account.drawdown) : unknown(),
      account ? ["stops at ", percent(account.drawdown_stop)] : why(doc, "account"),
    ),
    tile(
      "Exposure",
      account ? money(account.exposure, currency) : unknown(),
      account && isKnown(account.exposure) && account.equity > 0
        ? [percent(account.exposure / account.equity), " of the equity"]
        : account
          ? "a position has no price"
          : why(doc, "account"),
    ),
    tile(
      "Open positions",
      account ? count(account.positions.length) : unknown(),
      account ? [count(account.free_slots), " free"] : why(doc, "account"),
      doc.unsettled_orders
        ? badge("high", `${plural(doc.unsettled_orders, "order")} of unknown outcome`)
        : null,
    ),
    tile(
      "Execution rate",
      doc.faults.counts
        ? unknown(doc.faults.counts)
        : ordered
          ? percent(filled / ordered)
          : h("span", { class: "unknown" }, "no orders"),
      ordered ? [count(filled), " of ", count(ordered), " filled, 24 h"] : "in the last 24 hours",
    ),
  ];
}

function tile(name, value, ...notes) {
  return h(
    "div",
    { class: "tile", "data-key": name },
    h("dt", {}, name),
    h("dd", { class: "tile-value" }, value),
    ...notes.filter(Boolean).map((note) => h("dd", { class: "note" }, note)),
  );
}

function why(doc, part) {
  return doc.faults[part] ? "could not be read" : "the bot has not said";
}
