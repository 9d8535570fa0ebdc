// @ts-check
/** The open inbox: hears that something came or went, fetches its list again and puts it in place. */

import { startSound } from "./inbox_sound.js";
import { InboxLine, asksToSignIn } from "./inbox_line.js";
import { isBusy, putInPlace } from "./inbox_list.js";

const BROKEN = "连接中断,正在重连;提醒仍在收件箱里。";
const SIGNED_OUT = "登录已结束,新提醒不再显示。请刷新本页重新登录;提醒仍在收件箱里。";
const CHANGED = "收件箱有变化。";
/** After so long the list is fetched again though nothing came: it says how long things have waited. */
const OLD_MILLISECONDS = 300_000;

/** @param {HTMLElement} stage */
export function startInbox(stage) {
  const page = new OpenInbox(stage);
  page.show();
  page.line.start();
  setInterval(() => void page.refreshOld(), OLD_MILLISECONDS / 5);
}

export class OpenInbox {
  /** @param {HTMLElement} stage */
  constructor(stage) {
    const { events = "", ask = "" } = stage.dataset;
    this.stage = stage;
    this.title = document.title;
    this.sound = startSound(stage);
    this.state = said(stage, "notice notice-warning");
    this.news = said(stage, "visually-hidden");
    this.news.hidden = false;
    const heard = (/** @type {string} */ version) => this.heard(version);
    const stands = (/** @type {import("./inbox_line.js").State} */ state) => this.stands(state);
    this.line = new InboxLine({ events, ask, heard, stands });
    /** What is known, also when the list that says it waits to be put in place. */
    this.known = { ...this.list.dataset };
    this.fetchedAt = Date.now();
    this.wanted = "";
  }

  get list() {
    return /** @type {HTMLElement} */ (this.stage.querySelector("[data-inbox-list]"));
  }

  /** @param {string} version */
  heard(version) {
    if (version === this.known.version || version === this.wanted) return;
    this.wanted = version;
    this.refresh()
      .catch((error) => console.warn("The inbox was not fetched again.", error))
      .finally(() => (this.wanted = ""));
  }

  /** Fetches the list; what somebody is typing into or has opened stays until a person asks for the new one. */
  async refresh() {
    const answer = await fetch(this.stage.dataset.part ?? "", { credentials: "same-origin", cache: "no-store" });
    if (asksToSignIn(answer)) return this.line.signedOut();
    if (!answer.ok) throw new Error(`The list was answered with ${answer.status}.`);
    const found = new DOMParser().parseFromString(await answer.text(), "text/html").querySelector("[data-inbox-list]");
    if (!(found instanceof HTMLElement)) throw new TypeError("The answer holds no list.");
    this.fetchedAt = Date.now();
    this.tell(found);
    this.show();
    if (isBusy(this.list)) return this.offer(found);
    this.put(found);
  }

  async refreshOld() {
    if (!document.hidden && Date.now() - this.fetchedAt >= OLD_MILLISECONDS) await this.refresh().catch(() => undefined);
  }

  /** @param {HTMLElement} found */
  put(found) {
    this.stage.querySelector("[data-inbox-offer]")?.remove();
    putInPlace(this.list, found);
  }

  /** @param {HTMLElement} found */
  offer(found) {
    this.stage.querySelector("[data-inbox-offer]")?.remove();
    const button = Object.assign(document.createElement("button"), { type: "button", className: "button button-secondary" });
    button.textContent = `${CHANGED}点此更新列表`;
    button.dataset.inboxOffer = "";
    button.addEventListener("click", () => this.put(found));
    this.list.before(button);
  }

  /**
   * Says what came: a sound for a new red one, and a sentence that is read out when nothing else is.
   * @param {HTMLElement} found
   */
  tell(found) {
    const [before, now] = [this.known, { ...found.dataset }];
    this.known = now;
    const old = new Set((before.reds ?? "").split(" "));
    if ((now.reds ?? "").split(" ").some((mark) => mark && !old.has(mark))) this.sound.ring();
    if (before.version === now.version) return;
    const more = Number(now.waiting) - Number(before.waiting);
    this.news.textContent = more > 0 ? `新增 ${more} 件提醒,等待确认 ${now.waiting} 件。` : `${CHANGED}等待确认 ${now.waiting} 件。`;
  }

  show() {
    const waiting = Number(this.known.waiting);
    document.title = waiting ? `(${waiting}) ${this.title}` : this.title;
  }

  /** @param {import("./inbox_line.js").State} state */
  stands(state) {
    this.state.hidden = state === "open";
    this.state.textContent = state === "open" ? "" : state === "ended" ? SIGNED_OUT : BROKEN;
  }
}

/** @param {HTMLElement} stage @param {string} className */
function said(stage, className) {
  const line = Object.assign(document.createElement("p"), { className, hidden: true });
  line.setAttribute("role", "status");
  stage.prepend(line);
  return line;
}
