// @ts-check
/** The line on which an open inbox hears of changes: comes back by itself after whatever broke it, and asks meanwhile. */

/** @typedef {"open" | "broken" | "ended"} State */
/**
 * @typedef {object} Wishes
 * @property {string} events where the line is
 * @property {string} ask what says the same when asked
 * @property {(version: string) => void} heard
 * @property {(state: State) => void} stands
 */

const ASK_EVERY = 8_000;
/** The server breathes every 15 s: a line that is silent for longer broke without a word, as when a laptop slept. */
const SILENT = 40_000;
const LOOK_EVERY = 5_000;
const FIRST_WAIT = 1_000;
const LONGEST_WAIT = 60_000;

/**
 * How long to wait before the next try: longer after each failure, and never all pages at once.
 * @param {number} failures @param {number} chance between 0 and 1
 */
export function waitAfter(failures, chance = Math.random()) {
  return Math.min(LONGEST_WAIT, FIRST_WAIT * 2 ** Math.min(failures, 10)) * (0.5 + chance);
}

/** @param {Response} answer */
export function asksToSignIn(answer) {
  return answer.redirected && new URL(answer.url).pathname === "/sign-in";
}

export class InboxLine {
  /** @param {Wishes} wishes */
  constructor(wishes) {
    this.wishes = wishes;
    this.failures = 0;
    this.heardAt = Date.now();
    this.isOver = false;
    /** @type {EventSource | undefined} */
    this.line = undefined;
    /** @type {ReturnType<typeof setTimeout> | undefined} */
    this.later = undefined;
  }

  start() {
    this.open();
    setInterval(() => this.look(), LOOK_EVERY);
    setInterval(() => this.isOpen() || void this.ask(), ASK_EVERY);
    addEventListener("online", () => this.again());
    addEventListener("pageshow", (event) => /** @type {PageTransitionEvent} */ (event).persisted && this.again());
    addEventListener("pagehide", () => this.close());
    document.addEventListener("visibilitychange", () => document.hidden || this.look());
  }

  isOpen() {
    return this.line?.readyState === 1;
  }

  open() {
    this.close();
    if (this.isOver || typeof EventSource === "undefined") return;
    const line = (this.line = new EventSource(this.wishes.events));
    const heard = () => {
      this.heardAt = Date.now();
      this.failures = 0;
      this.wishes.stands("open");
    };
    line.addEventListener("still", heard);
    line.addEventListener("inbox", (event) => {
      heard();
      this.wishes.heard(JSON.parse(/** @type {MessageEvent<string>} */ (event).data).version);
    });
    line.addEventListener("error", () => this.broke());
  }

  /** The line ended or was refused: ask at once, which also says whether the network is there, and try again later. */
  broke() {
    this.close();
    this.later = setTimeout(() => this.open(), waitAfter(this.failures++));
    void this.ask();
  }

  again() {
    this.failures = 0;
    this.open();
    void this.ask();
  }

  /** Notices by silence what nobody said. */
  look() {
    if (this.isOver || Date.now() - this.heardAt < SILENT || !this.line) return;
    this.heardAt = Date.now();
    this.again();
  }

  /** Asks once; the answer is as good as an event. */
  async ask() {
    if (this.isOver) return;
    try {
      const answer = await fetch(this.wishes.ask, { credentials: "same-origin", cache: "no-store", signal: AbortSignal.timeout(ASK_EVERY) });
      if (asksToSignIn(answer)) return this.signedOut();
      if (!answer.ok) throw new Error(`The inbox was answered with ${answer.status}.`);
      const { version } = await answer.json();
      this.wishes.stands("open");
      this.wishes.heard(version);
    } catch {
      if (!this.isOpen()) this.wishes.stands("broken");
    }
  }

  signedOut() {
    this.isOver = true;
    this.close();
    this.wishes.stands("ended");
  }

  close() {
    clearTimeout(this.later);
    this.line?.close();
    this.line = undefined;
  }
}
