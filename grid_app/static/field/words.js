// @ts-check
/** How times, ages, sizes and states read on the phone: the same words in every screen. */

/** @typedef {{state: string, note?: string | null, problem?: {code: string, sentence: string} | null, receipt?: Record<string, string> | null}} Stated */

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;
const WEEKDAYS = "日一二三四五六";
const CHINA_HOURS = 8; // the one time zone of the country, without summer time, wherever the phone thinks it is

/** @param {number} number */
const two = (number) => String(number).padStart(2, "0");

/** A date whose UTC parts are the wall clock of China. @param {string | number | Date} moment */
const inChina = (moment) => new Date(new Date(moment).getTime() + CHINA_HOURS * HOUR);

/** @param {Date} moment */
export function clockWords(moment) {
  const at = inChina(moment);
  return `${two(at.getUTCHours())}:${two(at.getUTCMinutes())}:${two(at.getUTCSeconds())}`;
}

/** @param {string | number | Date | null | undefined} moment */
export function timeWords(moment) {
  const at = inChina(moment ?? NaN);
  if (Number.isNaN(at.getTime())) return "";
  return `${dayOf(at)} ${two(at.getUTCHours())}:${two(at.getUTCMinutes())}`;
}

/** @param {string} day a day as YYYY-MM-DD, or a moment */
export function dayWords(day) {
  const at = inChina(day.length === 10 ? `${day}T00:00+08:00` : day);
  return Number.isNaN(at.getTime()) ? "" : dayOf(at);
}

/** @param {Date} at a date of `inChina` */
const dayOf = (at) => `${at.getUTCMonth() + 1}月${at.getUTCDate()}日(周${WEEKDAYS[at.getUTCDay()]})`;

/** The day of a moment in China, as YYYY-MM-DD. @param {Date} moment */
export function localDay(moment) {
  return inChina(moment).toISOString().slice(0, 10);
}

/** How long ago; a clock that was set back reads as just now. @param {number} milliseconds */
export function ageWords(milliseconds) {
  if (!(milliseconds >= MINUTE)) return "刚刚";
  if (milliseconds < HOUR) return `${Math.floor(milliseconds / MINUTE)} 分钟前`;
  if (milliseconds < DAY) return `${Math.floor(milliseconds / HOUR)} 小时前`;
  return `${Math.floor(milliseconds / DAY)} 天前`;
}

/** @param {number} bytes */
export function sizeWords(bytes) {
  if (bytes < 1024 * 1024) return `${Math.max(1, Math.round(bytes / 1024))} KB`;
  if (bytes < 1024 ** 3) return `${(bytes / 1024 / 1024).toFixed(1)} MB`;
  return `${(bytes / 1024 ** 3).toFixed(1)} GB`;
}

/** @param {string} code ten signs, read aloud in two groups */
export function trackingWords(code) {
  return code.length === 10 ? `${code.slice(0, 5)} ${code.slice(5)}` : code;
}

/** @typedef {{word: string, tone: "plain" | "active" | "done" | "attention"}} StateWords */

/** The state of a report in words, with the tone of its tag. @param {Stated} report @param {boolean} [sending] @returns {StateWords} */
export function stateWords(report, sending = false) {
  if (sending && report.state === "waiting") return { word: "正在发送", tone: "active" };
  switch (report.state) {
    case "draft":
      return { word: "草稿", tone: "plain" };
    case "waiting":
      return { word: "等待发送", tone: "active" };
    case "received":
      if (isGap(report)) return { word: "对不上", tone: "attention" };
      return { word: "已收到", tone: "done" };
    default:
      return { word: "需要处理", tone: "attention" };
  }
}

/** Whether the office has not, or otherwise, what it gave a receipt for. @param {{note?: string | null}} report */
export function isGap({ note }) {
  return note === "missing" || note === "differs";
}

/** What a person can do about a problem the server named. @param {{code: string, sentence: string} | null | undefined} problem @param {string} [kind] of the row */
export function whatToDo(problem, kind) {
  if (!problem) return "内容还在手机上,不用做什么。";
  if (kind === "visit" && ["not_found", "forbidden"].includes(problem.code)) return "这件回访不归您办了,不用再发;要紧的情况请告诉乡镇。写下的还在。";
  if (kind === "visit" && problem.code === "conflict") return "服务器上已有同一编号的另一份。点“打开修改”,改好后作为新的一份发送。内容都还在。";
  if (problem.code === "conflict") return "服务器上已有同一编号的另一份内容。请核对;要另报一件,点“改成新的一件”。内容都还在。";
  if (problem.code === "round_closed") return "这一轮排查已经结束,不用再回执。登记的纠纷都还在。";
  return "点“打开修改”,改好再提交,还是同一件。内容都还在。";
}

/** A sentence about an error that a person met. @param {unknown} error */
export function errorSentence(error) {
  const { sentence, message } = /** @type {{sentence?: string, message?: string}} */ (error ?? {});
  const words = sentence ?? message ?? "";
  return /[一-鿿]/.test(words) ? words : "没有做成,内容还在。请再试一次。";
}
