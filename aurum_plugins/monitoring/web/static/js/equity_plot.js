/* Equity over time; below it drawdown and exposure as shares; one cursor for all three. */

import { plain } from "./figures.js";
import { momentInWords } from "./times.js";

const SYNC = "equity";
const NARROW = 520;

export class EquityPlot {
  /**
   * @param {HTMLElement} root Where it is drawn.
   * @param {(point: object|null) => void} onPoint Called with the point under the cursor.
   */
  constructor(root, onPoint) {
    this.root = root;
    this.onPoint = onPoint;
    this.points = [];
    this.plots = [];
    this.isUnderCursor = false;
    new ResizeObserver(() => this.resize()).observe(root);
    window.matchMedia("(prefers-color-scheme: dark)").addEventListener("change", () => this.draw());
  }

  /** Show points, the oldest first. */
  show(points) {
    const sameAs =
      this.points.length === points.length &&
      this.points.every(
        (point, n) => point.at_ms === points[n].at_ms && point.equity === points[n].equity,
      );
    if (sameAs && this.plots.length) return;
    this.points = points;
    this.draw();
  }

  draw() {
    for (const plot of this.plots) plot.destroy();
    this.plots = [];
    const width = this.root.clientWidth;
    if (!this.points.length || !width) return;
    const times = this.points.map((point) => point.at_ms / 1000);
    const share = (point) => (point.equity > 0 ? (100 * point.exposure) / point.equity : null);
    const colours = palette(this.root);
    const parts = [
      { height: 180, name: "equity", values: this.points.map((point) => point.equity) },
      {
        height: 62,
        name: "drawdown",
        values: this.points.map((point) => -100 * point.drawdown),
        range: (low) => [Math.min(1.1 * low, -1), 0],
      },
      {
        height: 88,
        name: "exposure",
        values: this.points.map(share),
        range: (_, high) => [0, Math.max(1.1 * high, 5)],
        isLast: true,
      },
    ];
    this.plots = parts.map(
      (part) => new uPlot(this.options(width, part, colours), [times, part.values], this.root),
    );
    for (const canvas of this.root.querySelectorAll("canvas"))
      canvas.setAttribute("aria-hidden", "true");
  }

  options(width, { height, name, range, isLast = false }, colours) {
    const axis = {
      stroke: colours.quiet,
      grid: { stroke: colours.line, width: 1 },
      ticks: { show: false },
      font: "11px system-ui, sans-serif",
    };
    const isShare = range !== undefined;
    const stroke = colours[name],
      fill = colours[`${name}Fill`];
    const labels = (_, splits) =>
      splits.map((value) =>
        isShare ? `${plain(value, { maximumFractionDigits: 1 })} %` : plain(value),
      );
    return {
      width,
      height,
      legend: { show: false },
      padding: [8, 8, isLast ? 0 : 6, 0],
      cursor: { sync: { key: SYNC }, drag: { x: false, y: false }, y: false, points: { size: 7 } },
      scales: isShare ? { y: { range: (_, low, high) => range(low, high) } } : {},
      axes: [
        {
          ...axis,
          show: isLast,
          size: 26,
          space: width < NARROW ? 70 : 90,
          values: (_, splits, __, ___, step) => splits.map((at) => tick(at, step)),
        },
        { ...axis, size: 58, space: isShare ? 22 : 34, values: labels },
      ],
      series: [
        {},
        {
          stroke,
          fill,
          width: 1.5,
          points: { show: this.points.length < 3, size: 6, fill: stroke },
        },
      ],
      hooks: { setCursor: [(plot) => this.pointed(plot.cursor)] },
    };
  }

  pointed({ idx }) {
    const point = this.points[idx] ?? null;
    this.isUnderCursor = point !== null;
    this.onPoint(point);
  }

  resize() {
    const width = this.root.clientWidth;
    if (!width) return;
    if (!this.plots.length) this.draw();
    for (const plot of this.plots) plot.setSize({ width, height: plot.height });
  }
}

function tick(at, step) {
  const options =
    step >= 86_400
      ? { day: "numeric", month: "short" }
      : { hour: "2-digit", minute: "2-digit", hourCycle: "h23" };
  const date = new Date(at * 1000);
  if (step < 86_400 && date.getHours() === 0 && date.getMinutes() === 0)
    return new Intl.DateTimeFormat("en-GB", { day: "numeric", month: "short" }).format(date);
  return new Intl.DateTimeFormat("en-GB", options).format(date);
}

function palette(element) {
  const style = getComputedStyle(element);
  const names = {
    equity: "--accent",
    equityFill: "--accent-fill",
    exposure: "--exposure",
    exposureFill: "--exposure-fill",
    drawdown: "--loss",
    drawdownFill: "--loss-fill",
    quiet: "--quiet",
    line: "--line",
  };
  return Object.fromEntries(
    Object.entries(names).map(([name, property]) => [
      name,
      style.getPropertyValue(property).trim(),
    ]),
  );
}

/** The plot in a sentence, for those who do not see it. */
export function equityInWords(points, currency, nowMs) {
  const first = points[0],
    last = points.at(-1);
  const values = points.map((point) => point.equity);
  const worst = Math.max(...points.map((point) => point.drawdown));
  const of = (value) => `${plain(value)} ${currency}`.trim();
  const at = (point) => `${of(point.equity)} at ${momentInWords(point.at_ms, nowMs)}`;
  const range = `between ${of(Math.min(...values))} and ${of(Math.max(...values))}`;
  return `Equity from ${at(first)} to ${at(last)}, ${range}; the largest drawdown is ${plain(100 * worst)} %.`;
}
