/* All panels, by the name that their place in the page has. */

import * as alerts from "./panels/alerts.js";
import * as candles from "./panels/candles.js";
import * as counts from "./panels/counts.js";
import { lately, newest } from "./panels/decisions.js";
import * as equity from "./panels/equity.js";
import * as faults from "./panels/faults.js";
import * as fees from "./panels/fees.js";
import * as forecasts from "./panels/forecasts.js";
import * as history from "./panels/history.js";
import * as limits from "./panels/limits.js";
import * as models from "./panels/models.js";
import * as moods from "./panels/moods.js";
import * as positions from "./panels/positions.js";
import * as status from "./panels/status.js";
import * as tiles from "./panels/tiles.js";
import * as venues from "./panels/venues.js";
import { fill } from "./dom.js";
import { empty } from "./parts.js";

const PANELS = {
  status,
  alerts,
  tiles,
  equity,
  positions,
  counts,
  newest,
  lately,
  limits,
  forecasts,
  models,
  candles,
  venues,
  moods,
  fees,
  history,
  faults,
};

/** Draws the panels whose part of the document, or whose choices, changed. */
export class Panels {
  constructor() {
    this.places = new Map(
      [...document.querySelectorAll("[data-panel]")].map((place) => [place.dataset.panel, place]),
    );
    this.drawn = new Map();
  }

  /** @param {object} view The document, the time, and what was chosen. */
  draw(view) {
    const { alive, stale, alerting, days, pair, currency } = view;
    for (const [name, panel] of Object.entries(PANELS)) {
      const read =
        panel.reads === null ? [alive, view.doc] : panel.reads.map((part) => view.doc[part]);
      const key = JSON.stringify([view.doc.bot, read, stale, alerting, days, pair, currency]);
      if (this.drawn.get(name) === key) continue;
      this.drawn.set(name, key);
      fill(this.places.get(name), ...drawn(name, panel, view));
    }
  }
}

/* One panel that fails, as on the document of a newer monitor, takes none of the others down. */
function drawn(name, panel, view) {
  try {
    return panel.render(view).flat(Infinity).filter(Boolean);
  } catch (error) {
    console.error(`panel ${name}`, error);
    return [
      empty(
        "What the monitor said of this is not understood. After an update, load the page anew.",
      ),
    ];
  }
}
