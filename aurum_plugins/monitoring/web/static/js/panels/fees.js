/* What is owed for trades that closed. */

import { h } from "../dom.js";
import { count, money } from "../figures.js";
import { empty, facts } from "../parts.js";

export const reads = ["owed", "faults"];

export function render({ doc }) {
  if (doc.faults.owed) return [empty("Not known: ", doc.faults.owed)];
  if (!doc.owed.length) {
    return [empty("Nothing was charged. The ledger is off unless aurum.ledger says otherwise.")];
  }
  return [
    h("ul", { class: "events" }, ...doc.owed.map(item)),
    h("p", { class: "note" }, "A record only: no funds are moved from here."),
  ];
}

function item(owed) {
  return h(
    "li",
    { "data-key": owed.currency },
    h(
      "p",
      { class: "event-head" },
      h("strong", { class: "subject" }, owed.currency),
      h(
        "span",
        { class: "note" },
        " ",
        count(owed.trades),
        owed.trades === 1 ? " trade charged" : " trades charged",
      ),
    ),
    facts(
      [
        ["Accrued", money(owed.accrued, "")],
        ["Invoiced", money(owed.invoiced, "")],
        ["Collected", money(owed.collected, "")],
      ],
      "facts row",
    ),
  );
}
