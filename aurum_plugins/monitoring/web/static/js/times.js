/* Moments in the reader's own time, UTC on hover; ages that go on by themselves. */

import { h } from "./dom.js";
import { unknown } from "./figures.js";

const LOCALE = "en-GB";
const SECOND = 1000,
  MINUTE = 60 * SECOND,
  HOUR = 60 * MINUTE,
  DAY = 24 * HOUR;
const CLOCK = { hour: "2-digit", minute: "2-digit", hourCycle: "h23" };
const DATE = { day: "numeric", month: "short" };

const formats = new Map();

function format(ms, options) {
  const key = JSON.stringify(options);
  if (!formats.has(key)) formats.set(key, new Intl.DateTimeFormat(LOCALE, options));
  return formats.get(key).format(new Date(ms));
}

const isMoment = (ms) => typeof ms === "number" && Number.isFinite(ms) && Math.abs(ms) <= 8.64e15;

/** "12:03" of today, "22 Nov, 12:03" of another day. */
export function momentInWords(ms, nowMs = Date.now(), { seconds = false } = {}) {
  if (!isMoment(ms)) return "not known";
  const clock = seconds ? { ...CLOCK, second: "2-digit" } : CLOCK;
  const day = (at) => format(at, { ...DATE, year: "numeric" });
  if (day(ms) === day(nowMs)) return format(ms, clock);
  const year = Math.abs(nowMs - ms) > 300 * DAY ? { year: "numeric" } : {};
  return `${format(ms, { ...DATE, ...year })}, ${format(ms, clock)}`;
}

export function utcInWords(ms) {
  return isMoment(ms)
    ? `${new Date(ms)
        .toISOString()
        .replace("T", " ")
        .replace(/\.\d+Z$/, "")} UTC`
    : "not known";
}

/** "4 s", "12 min", "3 h", "2 days": whole units, rounded down. */
export function lengthInWords(ms) {
  const length = Math.max(0, ms);
  if (length < MINUTE) return `${Math.floor(length / SECOND)} s`;
  if (length < HOUR) return `${Math.floor(length / MINUTE)} min`;
  if (length < 2 * DAY) {
    const hours = Math.floor(length / HOUR),
      minutes = Math.floor((length % HOUR) / MINUTE);
    return minutes && hours < 10 ? `${hours} h ${minutes} min` : `${hours} h`;
  }
  return `${Math.floor(length / DAY)} days`;
}

/** A moment as a `<time>`. */
export function moment(ms, nowMs, options = {}) {
  if (!isMoment(ms)) return unknown();
  const attributes = {
    datetime: new Date(ms).toISOString(),
    title: utcInWords(ms),
    "data-value": ms,
  };
  return h("time", attributes, momentInWords(ms, nowMs, options));
}

/** How long ago something was, as a `<time>` that `tickAges` keeps up to date. */
export function age(ms, nowMs, suffix = " ago") {
  if (!isMoment(ms)) return unknown();
  const attributes = {
    datetime: new Date(ms).toISOString(),
    title: `${momentInWords(ms, nowMs, { seconds: true })} · ${utcInWords(ms)}`,
    "data-value": ms,
    "data-age-of": ms,
    "data-suffix": suffix,
  };
  return h("time", attributes, `${lengthInWords(nowMs - ms)}${suffix}`);
}

/** Bring every age on the page to a moment. */
export function tickAges(root, nowMs) {
  for (const element of root.querySelectorAll("[data-age-of]")) {
    const text = `${lengthInWords(nowMs - Number(element.dataset.ageOf))}${element.dataset.suffix}`;
    if (element.textContent !== text) element.textContent = text;
  }
}

/** A length of time, milliseconds, as it is. */
export function duration(ms) {
  if (typeof ms !== "number" || !Number.isFinite(ms)) return unknown();
  const shown =
    ms < SECOND
      ? `${Math.round(ms)} ms`
      : ms < MINUTE
        ? `${(ms / SECOND).toFixed(1)} s`
        : lengthInWords(ms);
  return h("span", { class: "figure", "data-value": ms, title: `${ms} ms` }, shown);
}

export { DAY, HOUR, MINUTE, SECOND };
