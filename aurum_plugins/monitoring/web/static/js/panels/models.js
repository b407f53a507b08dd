/* The models that serve, what they were judged by, and what they were given. */

import { h } from "../dom.js";
import { count, fixed, percent, unknown } from "../figures.js";
import { badge, empty, facts, folded, inWords, table } from "../parts.js";
import { age, moment } from "../times.js";

export const reads = ["models", "serving", "faults"];

const TARGETS = { forward_return: "Direction", forward_volatility: "Volatility" };
const SHARES = new Set(["accuracy", "base_rate_accuracy", "coverage_80", "coverage_90"]);
const COUNTS = new Set(["rows", "effective_rows"]);
const FIRST = ["accuracy", "auc", "brier_skill"];
const WORDS = {
  auc: "AUC",
  brier_skill: "Brier skill",
  coverage_80: "80 % held",
  coverage_90: "90 % held",
};
const BAD = /reject|roll|quarant|fail|refus/;

export function render({ doc, nowMs }) {
  const report = doc.models?.report ?? null;
  const fault = doc.faults.serving ?? doc.faults.models;
  const pairs = [
    ...new Set([
      ...doc.serving.map((each) => each.pair),
      ...(report?.pairs ?? []).map((each) => each.pair),
    ]),
  ];
  const head = [
    fault
      ? h(
          "p",
          { class: "notice", "data-tone": "high" },
          badge("high", "Not all is known"),
          ` ${fault}`,
        )
      : null,
    report
      ? h(
          "p",
          { class: "note" },
          report.model,
          report.identifier ? `, ${report.identifier}` : "",
          " · said ",
          age(doc.models.at_ms, nowMs),
        )
      : null,
  ];
  if (!pairs.length)
    return [
      ...head,
      empty(
        report
          ? "It has no model yet: the first training takes a while."
          : "No model was told of. FreqAI is off, or the bot has not said.",
      ),
    ];
  return [
    ...head,
    h(
      "ul",
      { class: "models" },
      ...pairs.map((pair) =>
        item(
          pair,
          doc.serving.find((each) => each.pair === pair),
          report?.pairs.find((each) => each.pair === pair),
          nowMs,
        ),
      ),
    ),
  ];
}

function item(pair, serving, said, nowMs) {
  const version = serving?.version || said?.version;
  return h(
    "li",
    { class: "model", "data-key": pair },
    h(
      "p",
      { class: "event-head" },
      h("strong", { class: "subject" }, pair),
      " ",
      version ? h("span", { class: "version", title: version }, version) : unknown(),
      serving ? h("span", { class: "note" }, " ", age(serving.created_ms, nowMs, " old")) : null,
      said?.fault ? [" ", badge("high", "fault")] : null,
      said?.not_finite > 0 ? [" ", badge("critical", "not finite")] : null,
    ),
    said?.fault ? h("p", { class: "event-text" }, said.fault) : null,
    said?.not_finite > 0
      ? h(
          "p",
          { class: "event-text" },
          count(said.not_finite),
          " values that were not finite reached the model: a defect.",
        )
      : null,
    serving ? summary(serving) : null,
    serving?.last_event
      ? h(
          "p",
          { class: "event-text" },
          badge(BAD.test(serving.last_event) ? "high" : "quiet", inWords(serving.last_event)),
          serving.last_event_ms === null ? null : [" ", moment(serving.last_event_ms, nowMs)],
          serving.last_event_reason ? `: ${serving.last_event_reason}` : "",
        )
      : null,
    folded(
      `model-${pair}`,
      "All figures",
      serving
        ? table(
            `Figures of the model of ${pair}`,
            ["Target", "Figure", "Value"],
            everything(serving),
            { numbers: [2] },
          )
        : null,
      said
        ? facts([
            [
              "Last forecast",
              said.predicted_ms === null ? "none yet" : age(said.predicted_ms, nowMs),
            ],
            ["Rows refused", count(said.rows_refused)],
            ["Not finite", count(said.not_finite)],
          ])
        : null,
    ),
  );
}

function summary({ metrics }) {
  const targets = Object.entries(metrics);
  if (!targets.length) return h("p", { class: "note" }, "It was not judged.");
  const names = FIRST.filter((name) => targets.some(([, scores]) => name in scores));
  return h(
    "table",
    { class: "scores" },
    h(
      "thead",
      {},
      h(
        "tr",
        {},
        h("th", { scope: "col" }, h("span", { class: "unseen" }, "Target")),
        ...names.map((name) => h("th", { scope: "col" }, label(name))),
      ),
    ),
    h(
      "tbody",
      {},
      ...targets.map(([target, scores]) =>
        h(
          "tr",
          {},
          h("th", { scope: "row" }, TARGETS[target] ?? inWords(target)),
          ...names.map((name) => h("td", {}, score(name, scores[name]))),
        ),
      ),
    ),
  );
}

function everything({ metrics }) {
  return Object.entries(metrics).flatMap(([target, scores]) =>
    Object.entries(scores).map(([name, value]) => [
      TARGETS[target] ?? inWords(target),
      label(name),
      score(name, value),
    ]),
  );
}

const label = (name) => WORDS[name] ?? inWords(name);

function score(name, value) {
  if (SHARES.has(name)) return percent(value);
  return COUNTS.has(name) ? count(value) : fixed(value, 3);
}
