/* Figures: rounded for the eye, whole in `data-value` and on hover; unknown ones say so. */

import { h } from "./dom.js";

const LOCALE = "en-GB";
const SIGNIFICANT = 6;

/** What is not known is never shown as a number. */
export function unknown(why = "") {
  return h("span", { class: "unknown", title: why || null }, "not known");
}

const known = (value) =>
  value !== null && value !== undefined && value !== "" && Number.isFinite(Number(value));

function figure(value, text, tone = "") {
  return h(
    "span",
    { class: `figure ${tone}`.trim(), "data-value": value, title: String(value) },
    text,
  );
}

function formatted(value, options) {
  return new Intl.NumberFormat(LOCALE, options).format(Number(value)).replace("-", "\u2212");
}

/** A price, an amount: so many significant digits as matter. */
export function number(value, { digits = SIGNIFICANT, tone = "" } = {}) {
  if (!known(value)) return unknown();
  const size = Math.abs(Number(value));
  const whole = size === 0 ? 1 : Math.floor(Math.log10(size)) + 1;
  const most = Math.min(12, Math.max(0, digits - whole));
  return figure(value, formatted(value, { maximumFractionDigits: most }), tone);
}

/** An amount of money with its currency, signed if it is a gain or a loss. */
export function money(value, currency, { signed = false, digits } = {}) {
  if (!known(value)) return unknown();
  const least = Math.abs(Number(value)) >= 1 || Number(value) === 0 ? 2 : undefined;
  const places = digits ?? (least === undefined ? 8 : 2);
  const options = { minimumFractionDigits: least ?? 0, maximumFractionDigits: places };
  if (signed) options.signDisplay = "exceptZero";
  const shown = figure(value, formatted(value, options), signed ? gain(value) : "");
  return h(
    "span",
    { class: "money" },
    shown,
    currency ? h("span", { class: "unit" }, ` ${currency}`) : null,
  );
}

/** A share, 0.2 as 20 %. */
export function percent(value, { places = 1, signed = false } = {}) {
  if (!known(value)) return unknown();
  const options = { maximumFractionDigits: places, minimumFractionDigits: Math.min(places, 1) };
  if (signed) options.signDisplay = "exceptZero";
  return figure(value, `${formatted(Number(value) * 100, options)} %`, signed ? gain(value) : "");
}

/** With so many decimals, for scores and probabilities. */
export function fixed(value, places = 2, { signed = false } = {}) {
  if (!known(value)) return unknown();
  const options = { minimumFractionDigits: places, maximumFractionDigits: places };
  if (signed) options.signDisplay = "exceptZero";
  return figure(value, formatted(value, options));
}

export const count = (value) => number(value, { digits: 15 });

/** Bytes in the unit that suits them. */
export function bytes(value) {
  if (!known(value)) return unknown();
  const units = ["B", "kB", "MB", "GB", "TB"];
  const step = Math.min(
    units.length - 1,
    Math.max(0, Math.floor(Math.log10(Math.max(1, value)) / 3)),
  );
  return figure(
    value,
    `${formatted(value / 1000 ** step, { maximumFractionDigits: step > 2 ? 1 : 0 })} ${units[step]}`,
  );
}

/** For plots and labels, where no element fits. */
export function plain(value, options = {}) {
  return known(value) ? formatted(value, { maximumFractionDigits: 2, ...options }) : "not known";
}

export function isKnown(value) {
  return known(value);
}

function gain(value) {
  return Number(value) > 0 ? "gain" : Number(value) < 0 ? "loss" : "";
}
