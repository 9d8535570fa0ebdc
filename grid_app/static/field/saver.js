// @ts-check
/**
 * Saves soon after every change and at once when the page is left; one save after another, never two at a time. A save
 * that failed is tried again by itself.
 * After `close` nothing is written any more, so that a late save cannot undo a submission.
 */

export const SAVE_MILLISECONDS = 250;
export const AGAIN_MILLISECONDS = 5000;

/**
 * @param {object} ways
 * @param {() => Promise<unknown>} ways.save writes what there is now
 * @param {(at: Date) => void} ways.onSaved
 * @param {(error: unknown) => void} ways.onError
 * @param {() => Date} [ways.now]
 * @param {number} [ways.milliseconds]
 * @param {number} [ways.again] after how long a save that failed is tried again by itself
 */
export function makeSaver({ save, onSaved, onError, now = () => new Date(), milliseconds = SAVE_MILLISECONDS, again = AGAIN_MILLISECONDS }) {
  /** @type {ReturnType<typeof setTimeout> | undefined} */
  let timer;
  let dirty = false;
  let closed = false;
  let turns = 0;
  let running = Promise.resolve();

  async function write() {
    if (!dirty || closed) return;
    dirty = false;
    turns += 1;
    try {
      await save();
      if (!dirty) onSaved(now()); // what was written meanwhile is not saved yet: the next save says so
    } catch (error) {
      dirty = true;
      const isFinal = /** @type {{isFinal?: boolean}} */ (error ?? {}).isFinal === true;
      if (!closed && !isFinal) timer ??= setTimeout(flush, again);
      onError(error);
    } finally {
      turns += 1;
    }
  }

  /** Write now what is not yet written; resolves when nothing is under way. */
  function flush() {
    clearTimeout(timer);
    timer = undefined;
    running = running.then(write);
    return running;
  }

  return {
    flush,
    changed() {
      dirty = true;
      timer ??= setTimeout(flush, milliseconds);
    },
    /** Wait for the save under way and write no more. */
    async close() {
      closed = true;
      clearTimeout(timer);
      timer = undefined;
      await running;
    },
    /** Go on after a submission that failed. */
    reopen() {
      closed = false;
      dirty = true;
      timer ??= setTimeout(flush, again);
    },
    get isDirty() {
      return dirty;
    },
    /** Odd while a save is under way; another number later means that there was one in between. */
    get turns() {
      return turns;
    },
  };
}

/** Flush when the page is hidden or left; gives a function that ends this. @param {{flush: () => Promise<void>}} saver */
export function flushWhenLeft(saver) {
  const hidden = () => {
    if (document.visibilityState === "hidden") void saver.flush();
  };
  const left = () => void saver.flush();
  document.addEventListener("visibilitychange", hidden);
  window.addEventListener("pagehide", left);
  return () => {
    document.removeEventListener("visibilitychange", hidden);
    window.removeEventListener("pagehide", left);
  };
}

/** Let the browser ask before the page is closed while something on it is not saved; gives a function that ends this. @param {() => boolean} isUnsaved */
export function holdPage(isUnsaved) {
  const ask = (/** @type {BeforeUnloadEvent} */ event) => isUnsaved() && event.preventDefault();
  window.addEventListener("beforeunload", ask);
  return () => window.removeEventListener("beforeunload", ask);
}
