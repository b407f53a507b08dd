/* What people say; where nobody listens there is no mood, which is not a neutral one. */

import { h } from "../dom.js";
import { count, fixed, number, plain } from "../figures.js";
import { badge, empty, folded } from "../parts.js";
import { age } from "../times.js";

export const reads = ["moods", "sources", "faults"];

export function render({ doc, nowMs }) {
  const fault = doc.faults.moods ?? doc.faults.sources;
  if (fault) return [empty("Not known: ", fault)];
  if (!doc.moods.length && !doc.sources.length) {
    return [empty("Nobody listens to the news. With configs/sentiment.json moods appear here.")];
  }
  const faulty = doc.sources.filter((source) => source.fault).length;
  return [
    h(
      "p",
      { class: "scale", "aria-hidden": "true" },
      h("span", {}, "bad"),
      h("span", {}, "neutral"),
      h("span", {}, "good"),
    ),
    h("ul", { class: "moods" }, ...doc.moods.map(item)),
    doc.sources.length
      ? folded(
          "sources",
          faulty
            ? `Sources: ${faulty} of ${doc.sources.length} at fault`
            : `Sources: all ${doc.sources.length} answer`,
          h("ul", { class: "events" }, ...doc.sources.map((source) => sourceItem(source, nowMs))),
        )
      : null,
  ];
}

function item(mood) {
  const name = mood.subject === "*" ? "All of crypto" : mood.subject;
  return h(
    "li",
    { class: mood.available ? "mood" : "mood unheard", "data-key": mood.subject },
    h(
      "p",
      { class: "event-head" },
      h("strong", { class: "subject" }, name),
      mood.available ? null : [" ", badge("medium", "nobody listens")],
      mood.shock ? [" ", badge("high", "shock")] : null,
      mood.available
        ? h(
            "span",
            { class: "note" },
            " ",
            fixed(mood.mean, 2, { signed: true }),
            " ± ",
            fixed(mood.dispersion),
            ", ",
            number(mood.count, { digits: 3 }),
            h("span", { title: "Weighted: older ones count less" }, " items"),
          )
        : null,
    ),
    h(
      "div",
      {
        class: "dots diverging",
        role: "img",
        "aria-label": mood.available
          ? `mood ${plain(mood.mean)} on a scale from −1 to 1`
          : "no mood: nobody listens",
      },
      mood.available
        ? h("span", {
            class: "spread",
            vars: {
              from: place(mood.mean - mood.dispersion),
              to: place(mood.mean + mood.dispersion),
            },
          })
        : null,
      mood.available
        ? h("span", {
            class: `dot ${mood.mean >= 0 ? "up" : "down"}`,
            vars: { at: place(mood.mean) },
          })
        : null,
    ),
    mood.shock ? h("p", { class: "event-text" }, mood.shock) : null,
  );
}

const place = (mean) => Math.min(1, Math.max(0, (mean + 1) / 2));

function sourceItem(source, nowMs) {
  return h(
    "li",
    { "data-key": source.source },
    h(
      "p",
      { class: "event-head" },
      h("strong", { class: "subject" }, source.source),
      " ",
      source.fault ? badge("medium", "fault") : badge("good", "answers"),
      h(
        "span",
        { class: "note" },
        " asked ",
        age(source.polled_ms, nowMs),
        ", answered ",
        source.answered_ms === null ? "never" : age(source.answered_ms, nowMs),
        ", ",
        count(source.items),
        " items",
      ),
    ),
    source.fault ? h("p", { class: "event-text" }, source.fault) : null,
  );
}
