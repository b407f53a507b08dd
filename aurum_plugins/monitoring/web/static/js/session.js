/* The form that trades a token for a session. The token is kept nowhere. */

// Says only that this tab signed in, so that it can offer to sign out again.
const SIGNED_IN = "aurum-signed-in";

const FAULTS = {
  400: "This is not a token of this monitor.",
  401: "This token is not valid, or not any more.",
  403: "This token is not valid, or not any more.",
  429: "Too many wrong tokens. Wait a minute and try again.",
};

export class Session {
  /** @param {() => void} onSignedIn */
  constructor(onSignedIn) {
    this.form = document.getElementById("sign-in");
    this.input = document.getElementById("token");
    this.fault = document.getElementById("sign-in-fault");
    this.out = document.getElementById("sign-out");
    this.onSignedIn = onSignedIn;
    this.form.addEventListener("submit", (event) => {
      event.preventDefault();
      this.send();
    });
    this.out.addEventListener("click", () => this.end());
    this.out.hidden = sessionStorage.getItem(SIGNED_IN) === null;
  }

  /** Show the form, and put the focus into it. */
  ask() {
    if (!this.form.hidden) return;
    this.form.hidden = false;
    this.out.hidden = true;
    this.input.focus();
  }

  hide() {
    this.form.hidden = true;
  }

  async send() {
    const token = this.input.value.trim();
    const answer = await post("/session", { token });
    if (answer?.ok) {
      this.input.value = "";
      this.fault.textContent = "";
      sessionStorage.setItem(SIGNED_IN, "yes");
      this.out.hidden = false;
      this.hide();
      document.getElementById("main").focus();
      this.onSignedIn();
      return;
    }
    const status = answer?.status;
    this.fault.textContent = status
      ? (FAULTS[status] ?? `The monitor answered ${status}.`)
      : "The monitor does not answer.";
    this.input.select();
  }

  async end() {
    await post("/session/end", {});
    sessionStorage.removeItem(SIGNED_IN);
    // Also forgets every figure.
    location.reload();
  }
}

async function post(address, body) {
  const headers = { "Content-Type": "application/json" };
  try {
    return await fetch(address, {
      method: "POST",
      headers,
      body: JSON.stringify(body),
      cache: "no-store",
    });
  } catch {
    return null;
  }
}
