/* Alive or not: first, and unmistakable. */

import { h } from "../dom.js";
import { bytes, count } from "../figures.js";
import { badge, facts, plural } from "../parts.js";
import { age, duration, moment } from "../times.js";

export const reads = null;

const SWITCH_TONES = { armed: "good", halted: "high", flat: "critical" };
const SWITCH_WORDS = {
  armed: ["Armed", "Entries are allowed."],
  halted: ["Halted", "Nothing opens."],
  flat: ["Flat", "Nothing opens, and positions are given up."],
};

export function render({ doc, nowMs, alive, stale }) {
  const loop = doc.loop?.report ?? null;
  return [
    h(
      "div",
      { class: "alive", "data-tone": alive.tone, "data-state": alive.state },
      h("span", { class: "pulse", "aria-hidden": "true" }),
      h(
        "div",
        {},
        h("p", { class: "alive-word" }, alive.word),
        h("p", { class: "alive-sentence" }, alive.sentence),
        doc.loop
          ? h("p", { class: "note" }, "Last sign of life ", age(doc.loop.at_ms, nowMs))
          : h(
              "p",
              { class: "note" },
              "Start it with ",
              h("code", {}, "freqtrade trade"),
              "; it is listed here a few seconds later.",
            ),
      ),
    ),
    loop ? loopFacts(loop, nowMs) : null,
    switchBox(doc, nowMs, stale),
  ];
}

function loopFacts(loop, nowMs) {
  const underWay = loop.loop_began_ms > loop.loop_ended_ms;
  const lasted = loop.loop_ended_ms - loop.loop_began_ms;
  const began = loop.loop_began_ms ? age(loop.loop_began_ms, nowMs) : "none yet";
  return facts([
    [
      "State",
      loop.state,
      " ",
      loop.dry_run ? badge("quiet", "dry run") : badge("medium", "live money"),
    ],
    [
      "Last loop",
      began,
      underWay ? ", under way" : "",
      !underWay && loop.loop_began_ms ? [", took ", duration(lasted)] : "",
    ],
    [
      "Loops",
      count(loop.loops),
      loop.failures
        ? [
            ", ",
            badge("high", plural(loop.failures, "failure")),
            loop.failures_in_row ? ` ${loop.failures_in_row} in a row` : "",
          ]
        : ", none failed",
    ],
    ["Strategy", loop.strategy || "not named", loop.timeframe ? `, ${loop.timeframe}` : ""],
    ["Exchange", loop.exchange || "not named"],
    ["Since", moment(loop.started_ms, nowMs)],
    ["Process", `${loop.pid} on ${loop.host}`],
    ["Memory", bytes(loop.memory_bytes)],
    ["Versions", `freqtrade ${loop.freqtrade || "?"}, AurumBotX ${loop.aurum || "?"}`],
  ]);
}

function switchBox(doc, nowMs, stale) {
  const { state, reason, by, at_ms: atMs } = doc.switch;
  const fault = doc.faults.switch;
  const [word, sentence] = fault
    ? ["Not known", fault]
    : (SWITCH_WORDS[state] ?? [
        "Not understood",
        "What stands there is not understood: nothing opens.",
      ]);
  const tone = fault ? "high" : (SWITCH_TONES[state] ?? "critical");
  return h(
    "div",
    { class: "switch", "data-tone": tone },
    h("h2", {}, "Kill switch"),
    h("p", { class: "switch-word" }, badge(stale ? "quiet" : tone, word)),
    h("p", { class: "note" }, sentence),
    reason ? h("p", { class: "quote" }, `“${reason}”`) : null,
    atMs !== null && !fault
      ? h("p", { class: "note" }, by ? `${by}, ` : "", moment(atMs, nowMs))
      : null,
  );
}
