// @ts-check
/** The form of a report being written: one state, saved after every change, shown part by part (report_questions.js). */

import { fill, h } from "./dom.js";
import { attachmentsOf } from "./kept_reports.js";
import { makeLocator } from "./locator.js";
import { makeShelf } from "./media_shelf.js";
import { goOnBeside, isOvertaken, watchOtherPages } from "./other_pages.js";
import { missingAnswers } from "./report_content.js";
import { rescueCard } from "./rescue.js";
import { flushWhenLeft, holdPage, makeSaver } from "./saver.js";
import { CLEARED } from "./store_lasting.js";
import { clockWords, errorSentence } from "./words.js";

/** @typedef {import("./context.js").Context} Context */
/** @typedef {import("./report_types.js").Values} Values */

export class Form {
  /** @type {(() => void)[]} */
  #listeners = [];
  /** @type {(() => unknown)[]} */
  #recovering = [];
  /** @type {(() => unknown)[]} */
  #leaving = [];
  /** Ends a recording that runs; set by the part that records. @type {() => Promise<void>} */
  finishVoice = async () => {};
  /** @type {import("./report_types.js").Attachment[]} */
  attachments = [];
  /** @type {import("./report_types.js").Bundle | null} */
  bundle = null;
  /** @type {import("geojson").FeatureCollection | null} */
  villages = null;
  /** @type {ReturnType<typeof makeLocator> | null} */
  locator = null;

  /** Whether a person has written something on this page. */
  isTouched = false;

  /** Whether a person has written something; a position alone is no draft. */
  #isWritten = false;

  /** @param {Context} context @param {string} id @param {Values} values @param {HTMLElement} savedLine @param {boolean} isKept whether the phone keeps it already */
  constructor(context, id, values, savedLine, isKept) {
    this.#isWritten = isKept;
    this.onLeave(watchOtherPages(this));
    this.context = context;
    this.id = id;
    this.values = values;
    this.savedLine = savedLine;
    this.rescue = h("div", { "aria-live": "polite" });
    this.shelf = makeShelf(this);
    this.saver = makeSaver({
      save: () => this.shelf.save(),
      onSaved: () => this.saved(),
      onError: (error) => this.failed(error),
    });
    this.onLeave(flushWhenLeft(this.saver));
    this.onLeave(this.#saveWhenCleared());
    this.onLeave(holdPage(() => this.savedLine.dataset.kind === "failed"));
  }

  /** Save what is on the screen once more when the browser has cleared the storage under it; gives what ends this. */
  #saveWhenCleared() {
    const act = () => {
      this.shelf.forgetSaved();
      if (this.#isWritten) this.saver.changed();
    };
    window.addEventListener(CLEARED, act);
    return () => window.removeEventListener(CLEARED, act);
  }

  /** Read what the form stands on. */
  async prepare() {
    this.bundle = await this.context.bundle();
    this.villages = await this.context.villages();
    this.locator = this.villages ? makeLocator(/** @type {any} */ (this.villages)) : null;
    this.attachments = await attachmentsOf(this.context, this.id);
    return this;
  }

  /** @param {Partial<Values>} patch */
  change(patch) {
    this.isTouched = true;
    this.#isWritten = true;
    this.found(patch);
  }

  /** Take in what the phone found out by itself. @param {Partial<Values>} patch */
  found(patch) {
    this.values = { ...this.values, ...patch };
    if (this.#isWritten) this.saver.changed();
    for (const listener of this.#listeners) listener();
  }

  /** Before the parts are built anew. */
  forgetListeners() {
    [this.#listeners, this.#recovering] = [[], []];
  }

  /** @param {() => void} listener */
  onChange(listener) {
    this.#listeners.push(listener);
  }

  /** Told when saving works again after it had failed. @param {() => unknown} listener */
  onRecover(listener) {
    this.#recovering.push(listener);
  }

  /** @param {() => unknown} act */
  onLeave(act) {
    this.#leaving.push(act);
  }

  async leave() {
    for (const act of this.#leaving) await act();
    await this.saver.flush();
  }

  /** Say that it is saved. */
  saved() {
    this.#isWritten = true;
    this.savedLine.dataset.kind = "done";
    fill(this.savedLine, `已保存 ${clockWords(new Date())}`);
    if (!this.rescue.hasChildNodes() || this.shelf.hasUnsaved) return;
    fill(this.rescue);
    for (const listener of this.#recovering) listener();
  }

  /** The office has it, sent from memory: nothing is to be saved any more. */
  #received() {
    this.savedLine.dataset.kind = "done";
    fill(this.savedLine, "平台已收到");
    return this.saver.close();
  }

  /** @param {unknown} error */
  failed(error) {
    if (isOvertaken(error)) return void goOnBeside(this, error);
    this.savedLine.dataset.kind = "failed";
    fill(this.savedLine, errorSentence(error));
    if (this.rescue.hasChildNodes() || /** @type {{isFinal?: boolean}} */ (error ?? {}).isFinal) return;
    fill(this.rescue, rescueCard({
      context: this.context, id: this.id, values: () => this.values, media: () => this.shelf.media(),
      again: () => (this.saver.changed(), this.saver.flush()), sent: () => this.#received(),
      missing: () => Object.values(missingAnswers(this.values, this.attachments))[0] ?? "",
    }));
  }
}
