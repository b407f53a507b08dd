/* Whether a bot lives, from its last sign of life alone. */

import { lengthInWords } from "./times.js";

/**
 * @typedef {object} Aliveness
 * @property {string} state One of `STATES`.
 * @property {string} word For the eye.
 * @property {string} sentence Why.
 * @property {"good"|"quiet"|"medium"|"high"|"critical"} tone
 */

/**
 * Judge a bot.
 *
 * @param {object|null} loop As the document has it: `{at_ms, report}`.
 * @param {string} fault Why it could not be read; empty: it could.
 * @param {number} nowMs By the monitor's clock.
 * @param {{silentMs: number, hungMs: number, firstLoopMs: number}} limits
 * @returns {Aliveness}
 */
export function aliveness(loop, fault, nowMs, limits) {
  if (!loop) return fault ? notRead(fault) : neverHeard();
  const { report } = loop;
  const silence = nowMs - loop.at_ms;
  if (report.state === "exited") {
    return said("ended", "Ended", `It ended in order ${lengthInWords(silence)} ago.`, "medium");
  }
  if (silence > limits.silentMs) {
    return said(
      "silent",
      "Silent",
      `No sign of life for ${lengthInWords(silence)}: dead, or cut off from the database.`,
      "critical",
    );
  }
  const underWay = report.loop_began_ms > report.loop_ended_ms;
  const since = nowMs - report.loop_began_ms;
  if (underWay && since > (report.loop_ended_ms ? limits.hungMs : limits.firstLoopMs)) {
    return said(
      "hung",
      "Hung",
      `Its loop has been under way for ${lengthInWords(since)}.`,
      "critical",
    );
  }
  if (report.state === "stopped") {
    return said(
      "stopped",
      "Stopped",
      "It lives, and trades nothing: freqtrade was stopped.",
      "medium",
    );
  }
  if (report.state === "paused") {
    return said(
      "paused",
      "Paused",
      "It lives, minds its positions and opens nothing: freqtrade was paused.",
      "medium",
    );
  }
  if (!report.loop_began_ms) {
    return said("starting", "Starting", "It lives; its first loop has not begun yet.", "quiet");
  }
  return said("alive", "Alive", "It lives, and its loop goes round.", "good");
}

/** What is shown while the monitor is away, or its figures are old. */
export function notKnownNow(before) {
  return said(
    "unknown",
    "Not known",
    `The last that was known: ${before.word.toLowerCase()}.`,
    "high",
  );
}

function neverHeard() {
  return said(
    "unheard",
    "Not heard of",
    "It never wrote a sign of life: it has not run yet, or writes to another database.",
    "quiet",
  );
}

function notRead(fault) {
  return said("unknown", "Not known", `Its sign of life could not be read: ${fault}`, "high");
}

function said(state, word, sentence, tone) {
  return { state, word, sentence, tone };
}
