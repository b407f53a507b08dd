/* The exchanges that are asked for prices. */

import { h } from "../dom.js";
import { isKnown, percent, unknown } from "../figures.js";
import { badge, empty, facts } from "../parts.js";
import { age, duration } from "../times.js";

export const reads = ["venues", "faults"];

const STATES = {
  closed: ["good", "answering"],
  "half-open": ["medium", "being tried again"],
  open: ["high", "shut out"],
};

export function render({ doc, nowMs }) {
  if (doc.faults.venues) return [empty("Not known: ", doc.faults.venues)];
  if (!doc.venues.length)
    return [empty("No venue was written down. With configs/venues.json prices are compared.")];
  return [h("ul", { class: "venues" }, ...doc.venues.map((venue) => item(venue, nowMs)))];
}

function item(venue, nowMs) {
  const [tone, word] = STATES[venue.state] ?? ["high", venue.state];
  return h(
    "li",
    { "data-key": venue.venue },
    h(
      "p",
      { class: "event-head" },
      h("strong", { class: "subject" }, venue.venue),
      " ",
      badge(tone, word, `circuit ${venue.state}`),
      venue.trusted ? null : [" ", badge("medium", "distrusted")],
      h("span", { class: "note" }, " seen ", age(venue.at_ms, nowMs)),
    ),
    facts(
      [
        [
          "Slow answers (95 %)",
          isKnown(venue.latency_p95_ms) ? duration(venue.latency_p95_ms) : unknown(),
        ],
        ["Errors", isKnown(venue.error_rate) ? percent(venue.error_rate) : unknown()],
        [
          "Last answer",
          venue.last_success_ms === null ? unknown() : age(venue.last_success_ms, nowMs),
        ],
      ],
      "facts row",
    ),
  );
}
