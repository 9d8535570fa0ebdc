// @ts-check
/** What the list of reports shows: where each stands by the index, and of the shown ones alone the row and its title. */

import { titleOfRow } from "./kept_reports.js";

/** @typedef {import("./rows.js").ReportRow} ReportRow */
/** @typedef {import("./rows.js").State} State */
/** @typedef {{row: ReportRow, title: string}} Line */
/** @typedef {{total: number, counts: Record<State, number>, lines: Line[]}} Listed */
/** @typedef {Pick<import("./context.js").Context, "store" | "vault" | "owner">} Keeper */

/** What needs a person first, then what waits; within these the newest first. */
const ORDER = /** @type {const} */ (["attention", "waiting", "draft", "received"]);

/**
 * Gives the first lines of the list; a title is opened when its line is shown, and once.
 * @param {Keeper} keeper
 * @returns {(most: number) => Promise<Listed>}
 */
export function makeLines(keeper) {
  /** @type {Map<string, {sealed: string, title: string}>} */
  const opened = new Map();

  /** @param {ReportRow} row @returns {Promise<Line>} */
  async function lineOf(row) {
    const sealed = String(row.title_sealed?.iv ?? "");
    const known = opened.get(row.id);
    if (known?.sealed === sealed) return { row, title: known.title };
    const { title } = await titleOfRow(/** @type {any} */ (keeper), row);
    opened.set(row.id, { sealed, title });
    return { row, title };
  }

  return async (most) => {
    const ids = await Promise.all(ORDER.map((state) => keeper.store.listIds(keeper.owner, state)));
    const rows = await keeper.store.getReports(ids.flat().slice(0, most));
    return {
      total: ids.flat().length,
      counts: /** @type {any} */ (Object.fromEntries(ORDER.map((state, at) => [state, ids[at].length]))),
      lines: await Promise.all(rows.map(lineOf)),
    };
  };
}
