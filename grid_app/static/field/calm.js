// @ts-check
/** Work that many changes ask for, done seldom enough that the page stays quick; the last change is always seen. */

/**
 * Does `work` at once, and for all that ask within the next moment once more at its end.
 * @param {() => void} work @param {number} milliseconds
 */
export function atMostEvery(milliseconds, work) {
  /** @type {ReturnType<typeof setTimeout> | undefined} */
  let timer;
  let isAsked = false;
  const run = () => {
    isAsked = false;
    timer = setTimeout(() => ((timer = undefined), isAsked && run()), milliseconds);
    work();
  };
  return () => {
    if (timer === undefined) run();
    else isAsked = true;
  };
}

/**
 * Never two of `work` at a time: asked for meanwhile, it is done once more. Resolves when nothing more was asked for.
 * @param {() => Promise<unknown>} work
 * @returns {() => Promise<void>}
 */
export function oneAtATime(work) {
  /** @type {Promise<void> | null} */
  let running = null;
  let isAsked = false;
  const run = async () => {
    do {
      isAsked = false;
      await work();
    } while (isAsked);
  };
  return () => {
    if (running) isAsked = true;
    running ??= run().finally(() => (running = null));
    return running;
  };
}
