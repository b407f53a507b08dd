/* Asks the monitor for a bot again and again: not while hidden, and less often while it fails. */

const EVERY_MS = 2_500;
const FIRST_RETRY_MS = 1_000;
const LONGEST_RETRY_MS = 20_000;
const PATIENCE_MS = 8_000;

/** The monitor wants a token. */
export class Unauthorised extends Error {}

/** It answered, but not with figures. */
export class BadAnswer extends Error {
  constructor(status) {
    super(`it answered ${status}`);
    this.status = status;
  }
}

export class Feed {
  /**
   * @param {() => string} bot Name of the bot to ask for; empty: the first.
   * @param {(answer: object) => void} onAnswer Given `bots`, `health`, `document` (null: none) and
   *   `servedMs`, when the monitor answered by its own clock.
   * @param {(error: Error, retryMs: number) => void} onFault
   * @param {() => void} onUnauthorised Asks no more until `now` is called.
   */
  constructor({ bot, onAnswer, onFault, onUnauthorised }) {
    Object.assign(this, { bot, onAnswer, onFault, onUnauthorised });
    this.failures = 0;
    this.timer = 0;
    this.round = 0;
    document.addEventListener("visibilitychange", () =>
      document.hidden ? this.pause() : this.now(),
    );
    window.addEventListener("online", () => this.now());
  }

  pause() {
    clearTimeout(this.timer);
    this.round += 1;
  }

  /** Ask at once; an answer that is still on its way is not waited for. */
  async now() {
    this.pause();
    const { round } = this;
    try {
      const answer = await this.asked();
      if (round !== this.round) return;
      this.failures = 0;
      this.onAnswer(answer);
      this.after(EVERY_MS);
    } catch (error) {
      if (round !== this.round) return;
      if (error instanceof Unauthorised) {
        this.onUnauthorised();
        return;
      }
      const retryMs = Math.min(LONGEST_RETRY_MS, FIRST_RETRY_MS * 2 ** this.failures);
      this.failures += 1;
      this.onFault(error, retryMs);
      this.after(retryMs);
    }
  }

  after(delayMs) {
    if (!document.hidden) this.timer = setTimeout(() => this.now(), delayMs);
  }

  async asked() {
    const [{ body, servedMs }, health] = await Promise.all([get("/api/bots"), get("/api/health")]);
    const { bots } = body;
    const names = bots.map((each) => each.bot);
    const name = names.includes(this.bot()) ? this.bot() : (names[0] ?? "");
    const none = { bots, health: health.body, document: null, servedMs };
    if (!name) return none;
    try {
      const answer = await get(`/api/bots/${encodeURIComponent(name)}`);
      return { ...none, document: answer.body, servedMs: answer.servedMs };
    } catch (error) {
      // It went away between the two questions, or was not looked at yet.
      if (error.status === 404) return none;
      throw error;
    }
  }
}

async function get(address) {
  const options = {
    headers: { Accept: "application/json" },
    cache: "no-store",
    signal: AbortSignal.timeout(PATIENCE_MS),
  };
  const response = await fetch(address, options);
  if (response.status === 401) throw new Unauthorised();
  if (!response.ok) throw new BadAnswer(response.status);
  const served = Date.parse(response.headers.get("Date") ?? "");
  return { body: await response.json(), servedMs: Number.isNaN(served) ? Date.now() : served };
}
