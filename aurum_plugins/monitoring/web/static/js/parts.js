/* Pieces that several panels are made of. */

import { h } from "./dom.js";
import { fixed, number, percent } from "./figures.js";
import { age, duration, moment } from "./times.js";

/** A word with a sign before it, so that colour is never all that tells. */
export function badge(tone, word, title = "") {
  return h("span", { class: "badge", "data-tone": tone, title: title || null }, word);
}

/** What stands where there is nothing, and what to do about it. */
export function empty(...words) {
  return h("p", { class: "empty" }, ...words);
}

/** When a report is too old to be taken for the present. */
export function asOf(reported, nowMs, limits) {
  if (nowMs - reported.at_ms <= limits.silentMs) return null;
  return h(
    "p",
    { class: "notice", "data-tone": "high" },
    badge("high", "Old"),
    " The bot said this ",
    age(reported.at_ms, nowMs),
    ".",
  );
}

/** Names and values. */
export function facts(pairs, cls = "facts") {
  const rows = pairs
    .filter(Boolean)
    .map(([name, ...value]) => h("div", {}, h("dt", {}, name), h("dd", {}, ...value)));
  return h("dl", { class: cls }, ...rows);
}

/** Folded away; `key` keeps it open from one answer to the next. */
export function folded(key, summary, ...children) {
  return h("details", { "data-key": key }, h("summary", {}, summary), ...children);
}

/** The first of many, the rest folded. */
export function firstOf(items, most, key, noun, wrap) {
  if (items.length <= most) return [wrap(items)];
  const rest = items.slice(most);
  return [wrap(items.slice(0, most)), folded(key, `${rest.length} more ${noun}`, wrap(rest))];
}

/** A table that scrolls by itself where it is too wide. */
export function table(caption, headings, rows, { numbers = [] } = {}) {
  const cls = (n) => (numbers.includes(n) ? "number" : null);
  return h(
    "div",
    { class: "scroll", role: "region", "aria-label": caption, tabindex: "0" },
    h(
      "table",
      {},
      h("caption", { class: "unseen" }, caption),
      h(
        "thead",
        {},
        h(
          "tr",
          {},
          ...headings.map((heading, n) => h("th", { scope: "col", class: cls(n) }, heading)),
        ),
      ),
      h(
        "tbody",
        {},
        ...rows.map((cells) =>
          h(
            "tr",
            {},
            ...cells.map((cell, n) =>
              n === 0 ? h("th", { scope: "row" }, cell) : h("td", { class: cls(n) }, cell),
            ),
          ),
        ),
      ),
    ),
  );
}

/* From which share of the limit on a bar says what. To fill a cap is no fault, to lose is one. */
const STEPS = {
  cap: [
    [1.02, "high", "over"],
    [0.995, "medium", "full"],
  ],
  loss: [
    [1, "critical", "reached"],
    [0.75, "high", "near"],
  ],
};

/** How much of a limit is used, as a bar; `share` null: not known. */
export function meter({ label, share, used, limit, kind, note = null }) {
  const known = typeof share === "number" && Number.isFinite(share);
  const step = STEPS[kind].find(([from]) => share >= from) ?? [0, "good", ""];
  const [, tone, word] = known ? step : [0, "quiet", "not known"];
  const bar = known
    ? h("div", {
        class: "bar",
        role: "meter",
        "aria-label": label,
        "aria-valuemin": 0,
        "aria-valuemax": 100,
        "aria-valuenow": Math.min(100, Math.max(0, Math.round(share * 100))),
        "aria-valuetext": `${Math.round(share * 100)} % of the limit used`,
        "data-tone": tone,
        vars: { share: Math.min(1, Math.max(0, share)) },
      })
    : h("div", { class: "bar unknown-bar", "aria-hidden": "true" });
  return h(
    "li",
    { class: "limit" },
    h("span", { class: "limit-label" }, label, " ", word ? badge(tone, word) : null),
    h("span", { class: "limit-words" }, used, " ", h("span", { class: "of" }, "of ", limit)),
    bar,
    note ? h("span", { class: "note" }, note) : null,
  );
}

const LENGTHS = { _seconds: 1000, _ms: 1, _hours: 3_600_000, _days: 86_400_000 };
// Milliseconds from here on (1973) are a moment, below a length of time.
const FIRST_MOMENT_MS = 1e11;

/** A figure by the unit that its name ends with, as decisions and alerts have them. */
export function namedFigure(name, value, nowMs) {
  if (typeof value !== "number") return String(value);
  if (name.endsWith("_share") || name === "drawdown" || name.endsWith("_rate"))
    return percent(value);
  if (name.endsWith("_bps")) return [fixed(value, 1), " bps"];
  if (name.endsWith("_ms") && value >= FIRST_MOMENT_MS)
    return moment(value, nowMs, { seconds: true });
  const unit = Object.keys(LENGTHS).find((ending) => name.endsWith(ending));
  if (unit) return duration(value * LENGTHS[unit]);
  return number(value);
}

/** "execution_rate" as "Execution rate". */
export function inWords(name) {
  const words = String(name).replaceAll("_", " ").toLowerCase();
  return words.charAt(0).toUpperCase() + words.slice(1);
}

export const plural = (number, noun) => `${number} ${noun}${number === 1 ? "" : "s"}`;
