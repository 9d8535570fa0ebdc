// @ts-check
/** The panel of a chosen village: its own page's content beside the map, from below on a phone. */

const FAILED = "没有取到这个村(社区)的内容,可能是网络断了。";

export class Panel {
  /** @param {HTMLElement} stage @param {(code: string) => void} onClosed told with an empty code */
  constructor(stage, onClosed) {
    this.stage = stage;
    this.onClosed = onClosed;
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
    if (this.box.hidden) this.fill([line("正在取这个村(社区)的内容…")]);
    this.box.hidden = false;
    this.stage.classList.add("map-with-panel");
    try {
      const answer = await fetch(address, { credentials: "same-origin", headers: { Accept: "text/html" } });
      const page = new DOMParser().parseFromString(await answer.text(), "text/html");
      if (this.code !== code) return; // another one was chosen meanwhile
      const content = page.getElementById("village") ?? page.querySelector(".notice");
      const top = this.box.scrollTop;
      this.fill([heading(page.querySelector("h1")?.textContent ?? ""), content ?? line(FAILED), link(address)]);
      this.box.scrollTop = isQuiet ? top : 0;
    } catch {
      if (this.code === code) this.fill([line(FAILED), link(address)]);
    }
    if (!isQuiet) this.box.querySelector("h2")?.focus();
  }

  close() {
    this.code = "";
    this.box.hidden = true;
    this.stage.classList.remove("map-with-panel");
    this.onClosed("");
    this.stage.querySelector("iframe")?.focus();
  }

  /** @param {Element[]} parts */
  fill(parts) {
    const button = document.createElement("button");
    button.type = "button";
    button.className = "map-panel-close";
    button.textContent = "关闭";
    button.addEventListener("click", () => this.close());
    this.box.replaceChildren(button, ...parts.map((part) => document.adoptNode(part)));
  }
}

/** @param {string} text */
function heading(text) {
  const made = document.createElement("h2");
  made.textContent = text;
  made.tabIndex = -1;
  return made;
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
