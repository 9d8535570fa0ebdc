// @ts-check
/** Polls the state of a long job and moves its bar; without script the page refreshes itself. */

import { request } from "../shared/api.js";

/** @typedef {{done: number, total: number, label?: string, finished?: boolean}} Status */

export const FIRST_DELAY_MILLISECONDS = 1_000;
export const LONGEST_DELAY_MILLISECONDS = 15_000;

/** How long to wait after this many failures in a row. @param {number} failures */
export function delayAfter(failures) {
  return Math.min(FIRST_DELAY_MILLISECONDS * 2 ** failures, LONGEST_DELAY_MILLISECONDS);
}

/** @param {Status} status */
export function describe(status) {
  return status.label ?? `${status.done} / ${status.total}`;
}

/** @param {unknown} answer @returns {Status} */
export function parseStatus(answer) {
  const status = /** @type {Partial<Status> | null} */ (answer);
  if (typeof status?.done !== "number" || typeof status.total !== "number") {
    throw new TypeError("A progress answer needs the numbers done and total.");
  }
  return { done: status.done, total: status.total, label: status.label, finished: status.finished === true };
}

/**
 * Poll until the job is finished.
 * @param {object} job
 * @param {() => Promise<Status>} job.look
 * @param {(status: Status) => void} job.onStatus
 * @param {(error: unknown) => void} job.onFailure
 * @param {(milliseconds: number) => Promise<void>} job.wait
 */
export async function follow({ look, onStatus, onFailure, wait }) {
  let failures = 0;
  for (;;) {
    try {
      const status = await look();
      failures = 0;
      onStatus(status);
      if (status.finished) return;
    } catch (error) {
      failures += 1;
      onFailure(error);
    }
    await wait(delayAfter(failures));
  }
}

/** @param {HTMLElement} element */
export async function startProgress(element) {
  const bar = element.querySelector("progress");
  const text = element.querySelector("[data-progress-text]");
  const { statusUrl, doneUrl } = element.dataset;
  if (!bar || !text || !statusUrl) return;
  await follow({
    look: async () => parseStatus(await request(statusUrl)),
    onStatus: (status) => {
      bar.max = status.total || 1;
      bar.value = status.done;
      text.textContent = describe(status);
    },
    onFailure: (error) => {
      text.textContent = error instanceof Error ? error.message : String(error);
    },
    wait: (milliseconds) => new Promise((resolve) => setTimeout(resolve, milliseconds)),
  });
  if (doneUrl) location.assign(doneUrl);
}
