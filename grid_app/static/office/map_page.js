// @ts-check
/** Steers the map's page without loading it again: layer, area, week, filter, chosen place; the address always says it all. */

import { startLive } from "./map_live.js";
import { Panel } from "./map_panel.js";
import { startSearch } from "./map_search.js";
import { SignedOutError, addressOf, pageAt, putInPlace, showChosenLayer } from "./map_steer.js";
import { startTools } from "./map_tools.js";
import { putWeeks, startWeeks } from "./map_weeks.js";

/** @typedef {import("./map_area.js").AreaMap} AreaMap */

const FAILED = "没有取到,可能是网络断了。现在看到的是前面的内容,请再试一次。";
/** Pixels of the map that the panel of a phone hides. */
const HIDDEN_BELOW = 140;
const SIGNED_OUT = "登录已到期,数字停在刚才。重新登录后回到现在这个画面。";
const MOVED = "边界刚刚更新。现在看到的还是原来的边界,数字停在更新之前。";

/** What the parts of the page share. */
export class MapPage {
  /** @param {HTMLElement} stage @param {AreaMap} area */
  constructor(stage, area) {
    this.stage = stage;
    this.area = area;
    this.panel = new Panel(stage, () => this.closed(), () => this.signedOut());
    this.address = new URL(location.href);
    this.isSignedOut = false;
  }

  /**
   * Writes where the map looks and what is chosen into the address.
   * @param {Record<string, string>} changes
   * @param {{opened: boolean}} [step] given for what the back button takes back: an opened panel, another layer or area
   */
  note(changes, step) {
    this.address = addressOf(this.address, { at: this.area.view(), ...changes });
    if (step) history.pushState(step, "", this.address);
    else history.replaceState(history.state, "", this.address);
  }

  /**
   * Goes to another address of the map: the parts of the page are put in place, the map gets other facts.
   * @param {string} href
   * @param {{isStep?: boolean}} [how] no step: the address takes the place of the one before
   */
  async go(href, { isStep = true } = {}) {
    const wanted = new URL(href, location.href);
    const step = isStep && bare(wanted) !== bare(this.address) ? { opened: false } : undefined;
    const isElsewhere = wanted.searchParams.get("root") !== this.address.searchParams.get("root");
    const place = wanted.searchParams.get("place") ?? (isElsewhere ? "" : this.panel.code);
    this.stage.setAttribute("aria-busy", "true");
    try {
      const page = await pageAt(wanted);
      if (!page) return location.assign(wanted); // another kind of page: signed out, no boundary, no right
      if (this.isOutdated(page.generation)) return;
      this.address = addressOf(wanted, { at: "", place });
      await this.area.show(page.facts);
      putInPlace(page);
      putWeeks(this, page.weeks);
      if (isElsewhere) this.area.lookAt(place || page.root);
      this.note({ place }, step);
      if (place && place !== this.panel.code) await this.panel.show(place);
    } catch (error) {
      if (error instanceof SignedOutError) return this.signedOut(addressOf(wanted, { at: isElsewhere ? "" : this.area.view(), place }));
      console.warn("The map did not get there.", error);
      this.say(FAILED);
    } finally {
      this.stage.removeAttribute("aria-busy");
    }
  }

  /** The same view with fresh numbers. */
  async refresh() {
    const page = await pageAt(this.address).catch((error) => {
      if (!(error instanceof SignedOutError)) throw error;
      this.signedOut();
    });
    if (!page || this.isOutdated(page.generation)) return;
    await this.area.show(page.facts);
    putInPlace(page);
    if (this.panel.code) await this.panel.show(this.panel.code, { isQuiet: true });
  }

  /** Chooses a village and opens its panel. @param {string} code */
  async open(code) {
    this.area.choose(code);
    this.note({ place: code }, this.panel.code ? undefined : { opened: true });
    const shown = this.panel.show(code);
    this.area.reveal(code, this.panel.isFromBelow() ? HIDDEN_BELOW : 0);
    await shown;
  }

  /** The panel was closed by hand: the step that opened it is taken back, so that the back button need not. */
  closed() {
    this.area.choose("");
    if (history.state?.opened) history.back();
    else this.note({ place: "" });
  }

  /** The back or forward button: shows what the address says; the map stays where it looks unless the area is another. */
  async returned() {
    const wanted = new URL(location.href);
    const place = wanted.searchParams.get("place") ?? "";
    if (!place) this.panel.hide();
    this.area.choose(place);
    if (bare(wanted) !== bare(this.address)) return this.go(wanted.href, { isStep: false });
    this.address = wanted;
    this.note({});
    if (place && place !== this.panel.code) await this.panel.show(place);
  }

  /** Tells that the boundaries changed, and keeps what is shown. @param {string} generation */
  isOutdated(generation) {
    if (generation === this.stage.dataset.generation) return false;
    this.say(MOVED, { label: "换成新边界", act: () => location.reload() });
    return true;
  }

  /** Says that the session has ended, and leads to signing in and back to this view. @param {URL} [wanted] */
  signedOut(wanted) {
    if (this.isSignedOut && !wanted) return;
    this.isSignedOut = true;
    const act = () => {
      const { pathname, search } = wanted ?? addressOf(this.address, { at: this.area.view() });
      location.assign(`/sign-in?next=${encodeURIComponent(pathname + search)}`);
    };
    this.say(SIGNED_OUT, { label: "重新登录", act });
  }

  /** Somebody signed in again, on another page perhaps. */
  signedIn() {
    if (this.isSignedOut) this.say("");
    this.isSignedOut = false;
  }

  /** @param {string} words @param {{label: string, act: () => void}} [more] */
  say(words, more) {
    const news = document.getElementById("map-news");
    if (!news) return;
    news.textContent = words;
    news.hidden = words === "";
    if (!more) return;
    const button = document.createElement("button");
    button.type = "button";
    button.className = "button button-secondary";
    button.textContent = more.label;
    button.addEventListener("click", more.act);
    news.append(" ", button);
  }
}

/** An address of the map without where it looks and what is chosen. @param {URL} address */
function bare(address) {
  return addressOf(address, { at: "", place: "" }).href;
}

/** Leads every link to the map through `go`, and every village of the table into the panel. @param {MapPage} page */
function startLinks(page) {
  document.getElementById("content")?.addEventListener("click", (event) => {
    const link = event.target instanceof Element ? event.target.closest("a") : null;
    if (!link || event.defaultPrevented || event.button || event.metaKey || event.ctrlKey || event.shiftKey || event.altKey) return;
    const to = new URL(link.href);
    const village = to.pathname.match(/^\/map\/village\/([0-9A-Za-z]+)$/)?.[1];
    const isOpened = village !== undefined && !link.closest("#map-panel");
    if (to.origin !== location.origin || (to.pathname !== "/map" && !isOpened) || to.hash) return;
    event.preventDefault();
    if (!isOpened || !village) return void page.go(link.href);
    page.area.lookAt(village);
    void page.open(village);
  });
}

/** @param {HTMLElement} stage */
export function startMapPage(stage) {
  const frame = /** @type {(HTMLIFrameElement & {areaMap?: AreaMap}) | null} */ (stage.querySelector("iframe"));
  if (!frame) return;
  showChosenLayer();
  const begin = () => {
    if (!frame.areaMap) return;
    const page = new MapPage(stage, frame.areaMap);
    frame.addEventListener("map-view", () => page.note({}));
    addEventListener("popstate", () => void page.returned());
    frame.addEventListener("map-place", (event) => {
      void page.open(/** @type {CustomEvent<string>} */ (event).detail);
    });
    for (const start of [startLinks, startTools, startWeeks, startSearch, startLive]) start(page);
    const place = page.address.searchParams.get("place");
    if (place && document.querySelector(".map-chosen")) {
      void page.panel.show(place, { isQuiet: true });
      page.panel.isFromBelow(); // the view stays as the link has it
    }
    stage.dataset.ready = "";
    void frame.areaMap.painted().then(() => performance.mark("map-painted")); // for whoever measures how soon
  };
  if (frame.areaMap) begin();
  else frame.addEventListener("map-ready", begin, { once: true });
}
