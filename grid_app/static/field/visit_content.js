// @ts-check
/** What a visit says: the answers of its form, what is missing, and the content `follow-up/1` it becomes. */

/** @typedef {import("./follow_ups_sweep.js").FollowUp} FollowUp */
/** @typedef {{way: string, outcome: string, note: string}} Answer */

export const FORM = "follow-up/1";
export const NOTE_SIGNS = 500;
const LEAST_NOTE = 5;
export const NOT_REACHED = "not_reached";
export const RELAPSED = "relapsed";

/** @type {import("./parts.js").Option[]} */
export const WAYS = [["visit", "上门"], ["phone", "电话"]];
/** @type {import("./parts.js").Option[]} */
export const OUTCOMES = [
  ["settled", "问题解决了"],
  [RELAPSED, "又出现了", "要写清楚;这件纠纷会重新办理"],
  [NOT_REACHED, "没联系上", "还留在名单里,下次再去"],
  ["declined", "不愿再被回访", "以后不再打扰"],
];

/** @returns {Answer} */
export const emptyAnswer = () => ({ way: "", outcome: "", note: "" });

/** Whether nothing more is to be asked after this. @param {string} outcome */
export const isEnd = (outcome) => outcome !== "" && outcome !== NOT_REACHED;

/** @param {string} outcome */
export const outcomeWords = (outcome) => OUTCOMES.find(([code]) => code === outcome)?.[1] ?? "";

/** Text without broken and control characters, which the office refuses. @param {string} text */
const clean = (text) => text.replace(/\p{Surrogate}|(?![\n\t])\p{Cc}/gu, "").trim();

/** A sentence for every question that has to be answered and is not. @param {Answer} answer @returns {Record<string, string>} */
export function missingIn({ way, outcome, note }) {
  /** @type {Record<string, string>} */
  const problems = {};
  if (!way) problems.way = "请选上门还是电话。";
  if (!outcome) problems.outcome = "请选结果。";
  if (outcome === RELAPSED && [...clean(note)].length < LEAST_NOTE) problems.note = `又出现了,请写清楚是什么情况,至少 ${LEAST_NOTE} 个字。`;
  if ([...clean(note)].length > NOTE_SIGNS) problems.note = `说明太长,请改短到 ${NOTE_SIGNS} 个字以内。写下的都还在。`;
  return problems;
}

/** @param {Answer} answer @param {string} followUpId @param {Date} now */
export function contentOf({ way, outcome, note }, followUpId, now) {
  return { form: FORM, captured_at: now.toISOString(), follow_up_id: followUpId, way, outcome, note: [...clean(note)].slice(0, NOTE_SIGNS).join("") };
}

/** What two pages wrote, nothing of it left out. @param {string} theirs @param {string} mine */
export function bothNotes(theirs, mine) {
  if (mine.includes(theirs.trim())) return mine;
  return theirs.includes(mine.trim()) ? theirs : `${theirs.trim()}\n${mine}`;
}

/** The line a list shows of a visit. @param {{day: number, excerpt: string} | null} followUp @param {string} outcome */
export function titleOf(followUp, outcome) {
  const words = [...(followUp?.excerpt ?? "").split(/\s+/).join(" ")].slice(0, 20).join("");
  return [`回访${outcome ? `(${outcomeWords(outcome)})` : ""}`, words].filter(Boolean).join(" · ");
}
