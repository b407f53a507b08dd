/* The bots as tabs: arrows go from one to the next, and each says whether it lives. */

import { aliveness } from "./aliveness.js";
import { fill, h } from "./dom.js";

const PARAMETER = "bot";
const STEPS = { ArrowRight: 1, ArrowDown: 1, ArrowLeft: -1, ArrowUp: -1 };

export class Bots {
  /**
   * @param {{silentMs: number, hungMs: number, firstLoopMs: number}} limits
   * @param {() => void} onChosen
   */
  constructor(limits, onChosen) {
    this.limits = limits;
    this.onChosen = onChosen;
    this.list = document.getElementById("bots");
    this.panel = document.getElementById("bot");
    this.chosen = new URLSearchParams(location.search).get(PARAMETER) ?? "";
    this.names = [];
    this.list.addEventListener("click", (event) => {
      const tab = event.target.closest("[role=tab]");
      if (tab) this.choose(tab.dataset.key);
    });
    this.list.addEventListener("keydown", (event) => this.key(event));
  }

  /**
   * @param {object[]} bots As /api/bots has them.
   * @param {string} shown Whose figures are shown.
   * @param {number} nowMs
   * @param {boolean} isOld Whether the answer is too old to tell who lives.
   */
  show(bots, shown, nowMs, isOld) {
    this.names = bots.map((each) => each.bot);
    this.chosen = shown || this.chosen;
    this.list.hidden = !bots.length;
    fill(this.list, ...bots.map((each, n) => this.tab(each, n, nowMs, isOld)));
    this.panel.setAttribute("aria-labelledby", `tab-${this.names.indexOf(shown)}`);
  }

  tab({ bot, loop, open }, n, nowMs, isOld) {
    const alive = aliveness(loop, "", nowMs, this.limits);
    const tone = isOld ? "quiet" : alive.tone;
    const word = isOld ? "not known" : alive.word.toLowerCase();
    const urgent = (open?.critical ?? 0) + (open?.high ?? 0);
    const isChosen = bot === this.chosen;
    return h(
      "button",
      {
        type: "button",
        role: "tab",
        id: `tab-${n}`,
        class: "tab",
        "data-key": bot,
        "data-tone": tone,
        title: bot,
        "aria-selected": isChosen ? "true" : "false",
        "aria-controls": "bot",
        tabindex: isChosen ? "0" : "-1",
      },
      h("span", { class: "tab-name" }, bot),
      h("span", { class: "tab-word" }, word),
      urgent
        ? h(
            "span",
            { class: "tab-alerts", title: `${urgent} open alerts, high or critical` },
            `${urgent}`,
            h("span", { class: "unseen" }, urgent === 1 ? " urgent alert" : " urgent alerts"),
          )
        : null,
    );
  }

  key(event) {
    const at = this.names.indexOf(this.chosen);
    let next = null;
    if (event.key in STEPS) next = (at + STEPS[event.key] + this.names.length) % this.names.length;
    if (event.key === "Home") next = 0;
    if (event.key === "End") next = this.names.length - 1;
    if (next === null) return;
    event.preventDefault();
    this.choose(this.names[next]);
    document.getElementById(`tab-${next}`)?.focus();
  }

  choose(bot) {
    if (bot === this.chosen) return;
    this.chosen = bot;
    const address = new URL(location.href);
    address.searchParams.set(PARAMETER, bot);
    history.replaceState(null, "", address);
    for (const tab of this.list.children) {
      const isChosen = tab.dataset.key === bot;
      tab.setAttribute("aria-selected", String(isChosen));
      tab.tabIndex = isChosen ? 0 : -1;
    }
    this.onChosen();
  }
}
