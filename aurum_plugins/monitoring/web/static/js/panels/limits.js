/* How much of the limits is used. */

import { h } from "../dom.js";
import { count, fixed, isKnown, money, percent, unknown } from "../figures.js";
import { asOf, badge, empty, facts, meter } from "../parts.js";
import { sentenceOf } from "../reasons.js";

export const reads = ["account", "loop", "faults", "now_ms"];

export function render({ doc, nowMs, limits, currency }) {
  const account = doc.account?.report;
  if (!account) return [empty(doc.faults.account ?? "The bot has not said what it holds yet.")];
  const { equity } = account;
  const ofEquity = (amount) => (isKnown(amount) && equity > 0 ? amount / equity : null);
  const largest = account.positions.length ? Math.max(...account.positions.map(worth)) : 0;
  const share = (kind, label, used, limit) =>
    meter({
      kind,
      label,
      share: used === null ? null : used / limit,
      used: percent(used),
      limit: percent(limit),
    });
  const slots = doc.loop?.report.most_open ?? null;
  return [
    asOf(doc.account, nowMs, limits),
    account.refusal
      ? h(
          "p",
          { class: "notice", "data-tone": "high" },
          badge("high", "Nothing opens"),
          ` ${sentenceOf(account.refusal)}.`,
        )
      : null,
    h(
      "ul",
      { class: "limits" },
      share("cap", "All positions", ofEquity(account.exposure), account.total_cap),
      share(
        "cap",
        "Largest position",
        Number.isFinite(largest) ? ofEquity(largest) : null,
        account.position_cap,
      ),
      share("loss", "Loss of the day", account.day_loss, account.daily_loss),
      share("loss", "Loss of the week", account.week_loss, account.weekly_loss),
      share("loss", "Drawdown", account.drawdown, account.drawdown_stop),
      meter({
        kind: "loss",
        label: "Losing trades in a row",
        share: ratio(account.losing_streak, account.consecutive_losses),
        used: count(account.losing_streak),
        limit: count(account.consecutive_losses),
      }),
      meter({
        kind: "cap",
        label: "Slots",
        share: slots === null ? null : slots === -1 ? 0 : ratio(account.positions.length, slots),
        used: count(account.positions.length),
        limit: slots === null ? unknown() : slots === -1 ? "no limit" : count(slots),
      }),
    ),
    facts([
      [
        "Lost if all stops are hit",
        isKnown(account.risk_to_stops)
          ? [
              money(account.risk_to_stops, currency),
              " (",
              percent(ofEquity(account.risk_to_stops)),
              ")",
            ]
          : unknown(),
      ],
      ["Sizes are multiplied by", fixed(account.size_scale, 2)],
    ]),
  ];
}

const ratio = (used, limit) => (limit > 0 ? used / limit : null);

/** Quote currency, once everything ordered has filled; NaN without a price. */
function worth(position) {
  if (position.price === null) return Number.NaN;
  return (
    position.amount * position.price +
    position.ordered * Math.max(position.price, position.open_rate)
  );
}
