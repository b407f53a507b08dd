/* What could not be read, and why: a figure that is missing is not nought. */

import { h } from "../dom.js";
import { badge, empty, facts, inWords } from "../parts.js";

export const reads = ["faults"];

export function render({ doc }) {
  const faults = Object.entries(doc.faults);
  if (!faults.length) return [empty("Everything could be read.")];
  return [
    h("p", {}, badge("high", `${faults.length} of the parts could not be read`)),
    facts(
      faults.map(([part, why]) => [inWords(part), why]),
      "facts wide",
    ),
  ];
}
