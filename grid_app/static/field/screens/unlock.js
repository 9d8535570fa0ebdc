// @ts-check
/** A locked phone asks for its PIN before it shows anything. */

import { fill, h } from "../dom.js";
import { actionBar, field, linkButton, notice, statusLine } from "../parts.js";

/** @type {import("../routes.js").Screen["show"]} */
export async function show(main, params, context) {
  let pin = "";
  const status = statusLine();
  const form = h("form", { onsubmit: unlock },
    field({ name: "pin", label: "口令", kind: "password", inputmode: "numeric", autocomplete: "current-password", maxlength: 8, oninput: (value) => (pin = value) }),
    status,
    actionBar(h("button", { type: "submit", class: "button button-primary" }, "打开")));
  fill(main,
    h("h1", {}, "输入口令"),
    h("p", {}, "内容已加密,都还在;等待发送的照常发送。"),
    /^#\/visit/.test(params.from ?? "") && h("p", {}, "手机锁着。回访对象的姓名、电话,输了口令才看得到。"),
    form,
    notice("info", "有人受伤、要出事", "不用口令:", h("a", { class: "inline-target", href: "#/urgent" }, "打电话求助")),
    linkButton("忘了口令,重新登记本机", "#/register", "plain"));

  /** @param {Event} event */
  async function unlock(event) {
    event.preventDefault();
    fill(status, "正在打开…");
    if (!(await context.vault.unlock(pin))) return fill(status, "口令不对,请再试一次。内容都还在。");
    context.changed();
    context.go(params.from && !params.from.startsWith("#/unlock") ? params.from : "#/");
  }
}
