// @ts-check
/**
 * What comes first when somebody is in danger, with or without signal: numbers to call, a text message without names,
 * and the plain word that nothing has reached the office yet.
 */

import { h } from "./dom.js";

/** @typedef {{name: string, phone: string, sms: string}} Duty */
/** @typedef {{lon?: number, lat?: number, accuracy_m?: number}} Point */
/**
 * @typedef {object} Message what a text message may say: words of lists and numbers, never what somebody typed
 * @property {string} village name of the village
 * @property {Point} [point]
 * @property {string} what one of `KINDS`, or the label of a tile
 * @property {string} [people] one of `PEOPLE`
 * @property {readonly string[]} [asked] of `ASKED`
 */
/** @typedef {Message & {duty: Duty | null, receipt: {case_code?: string, tracking_code?: string} | null, agent: string}} Context */
/** @typedef {{number: string, word: string, href: string}} Call */

export const KINDS = ["有人受伤或昏迷", "打架、动手", "有人要轻生", "着火", "洪水、滑坡、房屋要倒", "断水断气、有毒气体", "很多人聚集", "孩子或老人没人管", "其他危险"];
export const PEOPLE = ["1 人", "2-4 人", "5-9 人", "10-29 人", "30 人以上", "说不清"];
export const ASKED = ["派人到现场", "请民警", "请消防救援", "请医生、救护车", "请电力、燃气、供水抢修", "帮助转移群众"];
const EMERGENCY = [["110", "报警"], ["119", "火警、抢险"], ["120", "急救"]];
const LONGEST_WORD = 20;
/** How the sentence of an urgent report begins. */
export const URGENT = "紧急:";

/** What a telephone can dial, "" when there is nothing. @param {string | undefined} number */
export function dialled(number = "") {
  const digits = number.replace(/[^\d+]/g, "").replace(/(?!^)\+/g, "");
  return digits.replace("+", "").length >= 3 && /[1-9]/.test(digits) ? digits : "";
}

/** The words of the lists that an urgent report names, and nothing else of what was written. @param {string} summary @returns {Partial<Pick<Message, "what" | "people" | "asked">>} */
export function listedIn(summary) {
  if (!summary.startsWith(URGENT)) return {};
  return { what: KINDS.find((one) => summary.includes(one)), people: PEOPLE.find((one) => summary.includes(`大约 ${one}`)), asked: ASKED.filter((one) => summary.includes(one)) };
}

/** 110, 119, 120 and, where it is known, the duty desk. @param {Duty | null} duty @returns {Call[]} */
export function callsTo(duty) {
  const calls = EMERGENCY.map(([number, word]) => ({ number, word, href: `tel:${number}` }));
  const desk = dialled(duty?.phone);
  return desk ? [...calls, { number: duty?.phone.trim() ?? "", word: duty?.name || "值班室", href: `tel:${desk}` }] : calls;
}

/** A word of a list, without anything that looks like a number of a person's. @param {string} word */
function listed(word) {
  return word.replace(/\s+/g, " ").replace(/\d{5,}[\dXx]?/g, "").trim().slice(0, LONGEST_WORD);
}

/** Such as 北纬29.05123、东经111.05321(误差约30米). @param {Point | undefined} point */
function pointWords(point) {
  if (point?.lon === undefined || point.lat === undefined) return "";
  const error = point.accuracy_m ? `(误差约${Math.round(point.accuracy_m)}米)` : "";
  return `北纬${point.lat.toFixed(5)}、东经${point.lon.toFixed(5)}${error}`;
}

/** The text of the message: where, what, about how many, what is asked. @param {Message} message */
export function messageOf({ village, point, what, people = "", asked = [] }) {
  const where = [listed(village), pointWords(point)].filter(Boolean).join(",");
  const wanted = asked.filter((one) => ASKED.includes(one));
  const lines = [
    `【紧急】地点:${where || "请回电问我"}`,
    `情况:${listed(what) || "有人有危险"}`,
    PEOPLE.includes(people) && people !== "说不清" ? `大约:${people}` : "",
    `请求:${wanted.length ? wanted.join(";") : ASKED[0]}`,
    "平台还没有收到,请回电。",
  ];
  return lines.filter(Boolean).join("\n");
}

/** iPhones, and iPads that call themselves a Mac, part the text from the number in their own way. @param {string} agent */
export function isApple(agent) {
  return /iPhone|iPad|iPod/.test(agent) || (/Macintosh/.test(agent) && /Mobile/.test(agent));
}

/** The address that opens a message ready to be sent. @param {string} number may be empty: the person chooses @param {string} body @param {string} agent */
export function messageLink(number, body, agent) {
  return `sms:${number}${isApple(agent) ? "&" : "?"}body=${encodeURIComponent(body)}`;
}

/** Where the message goes: the number for messages, or a mobile number at the desk; "" lets the person choose. @param {Duty | null} duty */
export function messageNumber(duty) {
  const desk = dialled(duty?.phone);
  return dialled(duty?.sms) || (/^(\+86)?1\d{10}$/.test(desk) ? desk : "");
}

/** Whether it has arrived, in words. @param {Context["receipt"]} receipt */
export function arrivalWords(receipt) {
  if (!receipt) return "尚未送达:平台还没有收到这一件。请先打电话,不要等。";
  const code = receipt.case_code ?? receipt.tracking_code ?? "";
  return `平台已收到${code ? `(编号 ${code})` : ""}。人还在危险中,仍要打电话。`;
}

/** @param {Call} call */
function callButton({ number, word, href }) {
  return h("a", { class: "button button-danger danger-call", href }, `${word} ${number}`);
}

/** The card above everything else while somebody is in danger. @param {Context} context @returns {HTMLElement} */
export function dangerCard(context) {
  const number = messageNumber(context.duty);
  const href = messageLink(number, messageOf(context), context.agent);
  return h("section", { class: "danger-card", "aria-label": "先打电话" },
    h("h2", {}, "有危险,先打电话"),
    h("p", { class: "hint" }, "没有网络也能打。先保护自己,说清地点和有没有孩子、老人。"),
    h("div", { class: "danger-calls" }, ...callsTo(context.duty).map(callButton)),
    h("a", { class: "button button-secondary danger-message", href }, number ? "打不通就给值班室发短信" : "打不通就发短信(选收件人)"),
    h("p", { class: "hint" }, "短信已经写好,只有地点、情况、人数和请求,没有姓名;请不要加上姓名。"),
    h("p", { class: context.receipt ? "delivered" : "undelivered", role: "status" }, arrivalWords(context.receipt)));
}
