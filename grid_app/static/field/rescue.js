// @ts-check
/** When the phone cannot save: what is on the screen can be saved again, sent at once from memory, or copied. */

import { fill, h } from "./dom.js";
import { button } from "./parts.js";
import { titleOf } from "./report_content.js";
import { sendNow } from "./send_now.js";
import { errorSentence, trackingWords } from "./words.js";

/** @typedef {import("./report_types.js").Values} Values */
/**
 * @typedef {object} Endangered what is on the screen and nowhere else
 * @property {import("./context.js").Context} context
 * @property {string} id
 * @property {() => Values} values
 * @property {() => Promise<import("./media_shelf.js").Medium[]>} media
 * @property {() => Promise<unknown>} again saves once more
 * @property {() => string} missing what has to be answered before it can be sent, or nothing
 * @property {() => Promise<unknown>} sent ends saving: the office has it
 */

/** The report as plain text, for another app. @param {Values} values @param {string} village */
export function plainText(values, village) {
  const lines = [["事情", titleOf(values, "")], ["内容", values.summary], ["村(社区)", village || values.village_code], ["地点", values.place_text],
    ["位置", values.lon === undefined ? "" : `北纬${values.lat}、东经${values.lon}`], ["单位", values.organisation], ["项目", values.project],
    ["户数", values.household_band], ["危险", values.danger ? "有" : ""], ["写于", values.captured_at]];
  return lines.filter(([, words]) => words).map(([name, words]) => `${name}:${words}`).join("\n");
}

/** @param {string} text */
async function copy(text) {
  try {
    await navigator.clipboard.writeText(text);
    return true;
  } catch {
    return false;
  }
}

/** @param {Endangered} at */
async function textOf({ context, values }) {
  const villages = await context.villages().catch(() => null);
  return plainText(values(), villages?.features.find((one) => one.properties?.code === values().village_code)?.properties?.name ?? "");
}

/** The card; it stays as it is until something is saved again. @param {Endangered} at */
export function rescueCard(at) {
  const status = h("p", { role: "status" });
  const box = h("section", { class: "notice notice-danger rescue", "aria-label": "没有存进手机" });
  const text = h("div");
  const act = (/** @type {() => Promise<unknown>} */ work) => async () => {
    try {
      await work();
    } catch (error) {
      fill(status, errorSentence(error));
    }
  };
  const send = act(async () => {
    const missing = at.missing();
    if (missing) return fill(status, missing);
    const { receipt, isKept } = await sendNow(at.context, at.id, at.values(), await at.media(), (words) => fill(status, words));
    await at.sent();
    if (isKept) return at.context.go(`#/report/${at.id}`);
    const code = receipt.tracking_code ? `查询码 ${trackingWords(receipt.tracking_code)}` : `编号 ${receipt.case_code}`;
    fill(box, h("p", { class: "notice-title", role: "status" }, "平台已收到"), h("p", {}, `${code}。手机上没能存下这份回执,请记下来或截屏。`), h("p", {}, h("a", { class: "button button-primary", href: "#/" }, "回首页")));
  });
  const take = act(async () => {
    const words = await textOf(at);
    if (await copy(words)) return fill(status, "文字已复制,可以粘贴到别处保存。");
    fill(text, h("textarea", { class: "input", rows: 8, readonly: true, "aria-label": "全部文字", value: words }));
    fill(status, "长按下面的文字就能复制。");
  });
  fill(box,
    h("p", { class: "notice-title" }, "没有存进手机,内容还在屏幕上"),
    h("p", {}, "先不要关掉本页。手机会自动再存;有信号也可以不存手机、直接提交。"),
    h("div", { class: "button-row" }, button("再存一次", act(async () => (fill(status, "正在再存一次…"), await at.again(), fill(status, "还是没有存进去,内容还在屏幕上。"))), "secondary"), button("不存手机,直接提交", send, "secondary"), button("复制文字", take, "secondary")),
    status, text);
  return box;
}
