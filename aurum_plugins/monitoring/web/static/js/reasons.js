/* The sentences of reasons, as the page brought them. */

import { inWords } from "./parts.js";

let sentences = null;

function read() {
  sentences = new Map();
  for (const term of document.querySelectorAll("#reasons dt")) {
    sentences.set(term.textContent, term.nextElementSibling.textContent);
  }
}

/** What a reason's name means; a newer bot may have reasons that are not known here. */
export function sentenceOf(name) {
  if (sentences === null) read();
  return sentences.get(name) ?? inWords(name);
}
