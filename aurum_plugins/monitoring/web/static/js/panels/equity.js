/* The plot of equity, its legend, and the same as a table. */

import { fill, h } from "../dom.js";
import { EquityPlot, equityInWords } from "../equity_plot.js";
import { isKnown, money, percent, unknown } from "../figures.js";
import { empty, folded, table } from "../parts.js";
import { DAY, moment } from "../times.js";

export const reads = ["equity", "faults"];

let plot = null;
let legend = null;
let figure = null;
let shown = { points: [], currency: "", nowMs: 0 };

export function render({ doc, nowMs, currency, days }) {
  if (doc.faults.equity) return [empty("Not known: ", doc.faults.equity)];
  if (!doc.equity.length)
    return [empty("No candle has closed since the bot began. Equity is written down at each one.")];
  const newest = doc.equity.at(-1).at_ms;
  const points = days
    ? doc.equity.filter((point) => point.at_ms >= newest - days * DAY)
    : doc.equity;
  shown = { points, currency, nowMs };
  const made = element();
  figure.setAttribute("aria-label", equityInWords(points, currency, nowMs));
  // After it stands in the page, and so has a width.
  queueMicrotask(() => {
    plot.show(points);
    if (!plot.isUnderCursor) point(null);
  });
  return [
    made,
    folded(
      "equity-table",
      `The same as a table, ${points.length} points`,
      table(
        "Equity",
        ["Time", "Equity", "Exposure", "Drawdown"],
        [...points]
          .reverse()
          .map((each) => [
            moment(each.at_ms, nowMs),
            money(each.equity, ""),
            money(each.exposure, ""),
            percent(each.drawdown, { places: 2 }),
          ]),
        { numbers: [1, 2, 3] },
      ),
    ),
  ];
}

/* One for as long as the page lives: `fill` recognises it by its key. */
function element() {
  if (figure === null) {
    legend = h("dl", { class: "plot-legend" });
    figure = h("div", { class: "plot", role: "img" });
    plot = new EquityPlot(figure, point);
  }
  const parent = figure.parentElement;
  return parent?.isConnected
    ? h("div", { "data-key": "equity-plot", "data-own": "" })
    : h("div", { "data-key": "equity-plot", "data-own": "" }, legend, figure);
}

function point(under) {
  const { points, currency, nowMs } = shown;
  const at = under ?? points.at(-1);
  if (!at) return;
  const share = isKnown(at.exposure) && at.equity > 0 ? at.exposure / at.equity : null;
  fill(
    legend,
    entry("at", under ? "At the cursor" : "Newest", moment(at.at_ms, nowMs)),
    entry("equity", "Equity", money(at.equity, currency)),
    entry(
      "exposure",
      ["Exposure ", share === null ? unknown() : percent(share)],
      money(at.exposure, currency),
    ),
    entry("drawdown", "Drawdown", percent(at.drawdown, { places: 2 })),
  );
}

function entry(key, name, ...value) {
  return h("div", { class: `legend-${key}` }, h("dt", {}, name), h("dd", {}, ...value));
}
