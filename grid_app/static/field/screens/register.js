// @ts-check
/** First use: the phone is registered once with signal; from then on the app opens without. */

import { fill, h } from "../dom.js";
import { actionBar, button, errorSummary, field, linkButton, notice, statusLine } from "../parts.js";
import { errorSentence } from "../words.js";

/** @param {string} pin @returns {string} why it cannot be taken, or nothing */
export function pinWeakness(pin) {
  if (!/^[0-9]{4,8}$/.test(pin)) return "口令要 4 到 8 位数字。";
  const steps = new Set([...pin.slice(1)].map((digit, index) => Number(digit) - Number(pin[index])));
  const even = steps.size === 1 && [0, 1, -1].includes([...steps][0]);
  return even ? "口令太简单:不要全是同一个数字,也不要顺着数。" : "";
}

/** @param {string} agent the browser's description of itself */
export function phoneLabel(agent) {
  const known = [["Android", "安卓手机"], ["iPhone", "苹果手机"], ["HarmonyOS", "鸿蒙手机"], ["Windows", "电脑"]];
  return known.find(([sign]) => agent.includes(sign))?.[1] ?? "手机";
}

/** @type {import("../routes.js").Screen["show"]} */
export async function show(main, _params, context) {
  const kept = (await context.store.listReports()).filter((one) => one.state !== "received").length;
  const problems = h("div");
  const status = statusLine();
  const values = { pin: "", lock: false };
  const submit = button("登记本机", register);
  fill(main,
    h("h1", {}, "登记本机"),
    kept > 0 && notice("info", `手机上还有 ${kept} 件没有发出去`, "都还在,已加密。用原来的账号登记后会接着发送。"),
    h("p", {}, "有信号时登记一次。以后没有信号也能打开、填写、保存,有信号时自动上报。"),
    problems,
    field({ name: "pin", label: "设一个口令", hint: "4 到 8 位数字,自己记得住就行。", kind: "password", inputmode: "numeric", autocomplete: "new-password", maxlength: 8, oninput: (pin) => (values.pin = pin) }),
    h("label", { class: "choice" },
      h("input", { type: "checkbox", id: "lock", onchange: (/** @type {Event} */ event) => (values.lock = /** @type {HTMLInputElement} */ (event.target).checked) }),
      h("span", { class: "choice-face" }, h("span", { class: "choice-label" }, "每次打开都要输口令"), h("small", {}, "手机常借给别人用,就勾上。忘了口令,就重新登记一次。"))),
    status,
    h("p", { class: "hint" }, "有人受伤、要出事,不用登记:", h("a", { class: "inline-target", href: "#/urgent" }, "打电话求助")),
    actionBar(submit));

  async function register() {
    const weak = pinWeakness(values.pin);
    fill(problems, weak && errorSummary({ pin: weak }));
    if (weak) return void /** @type {HTMLElement} */ (problems.firstElementChild).focus();
    submit.disabled = true;
    try {
      await context.register(values.pin, phoneLabel(navigator.userAgent), (words) => fill(status, words));
      if (context.vault.hasPin) await context.dropPin();
      if (values.lock) await context.vault.setPin(values.pin);
      context.say("这部手机已登记,没有信号也能用了。");
      context.go("#/");
    } catch (error) {
      submit.disabled = false;
      fill(status, "");
      fill(problems, refused(error));
    }
  }
}

/** @param {unknown} error */
function refused(error) {
  if (/** @type {{kind?: string}} */ (error)?.kind !== "signed-out") return notice("danger", "没有登记成功", errorSentence(error));
  return notice("warning", "请先登录", "登记手机要先用账号登录一次。手机上的内容都还在。",
    h("p", {}, linkButton("去登录", "/sign-in?next=/field/", "secondary")));
}
