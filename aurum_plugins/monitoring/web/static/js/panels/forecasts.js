/* What was forecast for each pair's newest candle. */

import { h } from "../dom.js";
import { fixed, isKnown, percent, plain, unknown } from "../figures.js";
import { badge, empty } from "../parts.js";
import { moment } from "../times.js";

export const reads = ["forecasts", "faults"];

export function render({ doc, nowMs }) {
  if (doc.faults.forecasts) return [empty("Not known: ", doc.faults.forecasts)];
  if (!doc.forecasts.length) {
    return [
      empty("No forecast was written down. With FreqAI (configs/freqai.json) decisions carry one."),
    ];
  }
  return [
    h(
      "p",
      { class: "scale", "aria-hidden": "true" },
      h("span", {}, "falls"),
      h("span", {}, "50 %"),
      h("span", {}, "rises"),
    ),
    h("ul", { class: "forecasts" }, ...doc.forecasts.map((forecast) => item(forecast, nowMs))),
    h(
      "p",
      { class: "note" },
      "The dot is the probability of a rise; the bar is the confidence, from 0 to 1.",
    ),
  ];
}

function item(forecast, nowMs) {
  const { pair, probability, confidence, volatility_ratio: ratio, ready } = forecast;
  const words = [
    `${pair}: probability of a rise ${plain(probability)}`,
    `confidence ${plain(confidence)}`,
    ...(ready ? [] : ["may not be acted on"]),
  ].join(", ");
  return h(
    "li",
    { class: `forecast ${ready ? "" : "not-ready"}`.trim(), "data-key": pair },
    h(
      "p",
      { class: "forecast-head" },
      h("strong", { class: "subject" }, pair),
      ready ? null : [" ", badge("medium", "may not be acted on")],
      h("span", { class: "note" }, " candle of ", moment(forecast.candle_ms, nowMs)),
    ),
    h(
      "div",
      { class: "dots", role: "img", "aria-label": words },
      isKnown(probability)
        ? h("span", {
            class: `dot ${probability >= 0.5 ? "up" : "down"}`,
            vars: { at: probability },
          })
        : null,
      isKnown(confidence) ? h("span", { class: "confidence", vars: { share: confidence } }) : null,
    ),
    h(
      "p",
      { class: "forecast-figures" },
      h("span", {}, "rise ", isKnown(probability) ? percent(probability) : unknown()),
      h("span", {}, "confidence ", isKnown(confidence) ? fixed(confidence) : unknown()),
      h("span", {}, "volatility ", isKnown(ratio) ? [fixed(ratio), "× usual"] : unknown()),
    ),
  );
}
