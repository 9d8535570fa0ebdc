// @ts-check
/** The panel of a chosen village: its own page's content beside the map, from below on a phone. */

import { asksToSignIn } from "./map_steer.js";

const FAILED = "没有取到这个村(社区)的内容,可能是网络断了。";

export class Panel {
  /**
   * @param {HTMLElement} stage @param {() => void} onClosed told when it is closed by hand
   * @param {() => void} onSignedOut
   */
  constructor(stage, onClosed, onSignedOut) {
    this.stage = stage;
    this.onClosed = onClosed;
    this.onSignedOut = onSignedOut;
    this.box = /** @type {HTMLElement} */ (stage.querySelector(".map-panel"));
    this.code = "";
    this.box.addEventListener("keydown", (event) => {
      if (event.key === "Escape") this.close();
    });
  }

  /**
   * @param {string} code
   * @param {{isQuiet?: boolean}} [how] quiet: the keyboard stays where it is
   */
  async show(code, { isQuiet = false } = {}) {
    this.code = code;
    const address = (this.stage.dataset.village ?? "").replace("CODE", code);
    if (this.box.hidden) this.fill("", [line("正在取这个村(社区)的内容…")]);
    this.box.hidden = false;
    this.stage.classList.add("map-with-panel");
    try {
      const answer = await fetch(address, { credentials: "same-origin", headers: { Accept: "text/html" } });
      if (asksToSignIn(answer)) this.onSignedOut();
      const page = new DOMParser().parseFromString(await answer.text(), "text/html");
      if (this.code !== code) return; // another one was chosen meanwhile
      const content = page.getElementById("village") ?? page.querySelector(".notice");
      const top = this.box.scrollTop;
      this.fill(page.querySelector("h1")?.textContent ?? "", [content ?? line(FAILED), link(address)]);
      this.box.scrollTop = isQuiet ? top : 0;
    } catch {
      if (this.code === code) this.fill("", [line(FAILED), link(address)]);
    }
    if (!isQuiet) this.box.querySelector("h2")?.focus();
  }

  /** Says whether the panel lies over the page from below, and brings the map above it. */
  isFromBelow() {
    const isOver = getComputedStyle(this.box).position === "fixed";
    if (isOver) this.stage.querySelector(".map-window")?.scrollIntoView({ block: "start" });
    return isOver;
  }

  hide() {
    this.code = "";
    this.box.hidden = true;
    this.stage.classList.remove("map-with-panel");
  }

  close() {
    this.hide();
    this.onClosed();
    this.stage.querySelector("iframe")?.focus();
  }

  /** @param {string} title @param {Element[]} parts */
  fill(title, parts) {
    const [head, name, button] = [document.createElement("div"), document.createElement("h2"), document.createElement("button")];
    head.className = "map-panel-head";
    name.textContent = title;
    name.tabIndex = -1;
    Object.assign(button, { type: "button", className: "map-panel-close", textContent: "关闭" });
    button.addEventListener("click", () => this.close());
    head.append(name, button);
    this.box.replaceChildren(head, ...parts.map((part) => document.adoptNode(part)));
  }
}

/** @param {string} text */
function line(text) {
  const made = document.createElement("p");
  made.textContent = text;
  return made;
}

/** @param {string} address */
function link(address) {
  const made = document.createElement("a");
  made.href = address;
  made.className = "map-panel-page";
  made.textContent = "打开这个村(社区)的整页";
  return made;
}
