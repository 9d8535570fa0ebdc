// @ts-check
/** Settings: the PIN, a sealed file of what was not sent, storage, letters, signing out. */

import { fill, h } from "../dom.js";
import { makeExport } from "../export_file.js";
import { isLarge, setLarge } from "../letters.js";
import { askTwice, backLink, button, errorSummary, field, linkButton, notice } from "../parts.js";
import { OFFICE_KEY } from "../reference.js";
import { askStorage, describeStorage } from "../surroundings.js";
import { errorSentence, timeWords } from "../words.js";
import { pinWeakness } from "./register.js";
import { heldPart } from "./settings_held.js";

/** @typedef {import("../context.js").Context} Context */

/** @type {import("../routes.js").Screen["show"]} */
export async function show(main, _params, context) {
  const bundle = await context.bundle();
  const unsent = (await context.store.listReports()).filter((one) => one.state !== "received");
  fill(main,
    backLink("#/", "首页"),
    h("h1", {}, "设置"),
    bundle && h("p", {}, `${bundle.account.name} · ${bundle.account.role_word} · ${bundle.account.unit}`),
    pinPart(context),
    exportPart(context, unsent.filter((one) => one.state !== "draft")),
    context.device && (await heldPart(context)),
    await storagePart(context),
    lettersPart(),
    context.device ? signOutPart(context, unsent.length) : h("section", { class: "part" }, linkButton("登记本机", "#/register")),
    await versionLine());
}

/** @param {Context} context */
function pinPart(context) {
  const status = h("p", { class: "hint", role: "status" });
  const problems = h("div");
  let pin = "";
  const set = async () => {
    const weak = pinWeakness(pin);
    fill(problems, weak && errorSummary({ new_pin: weak }));
    if (weak) return void /** @type {HTMLElement} */ (problems.firstElementChild).focus();
    await context.vault.setPin(pin);
    fill(status, "口令已设好。以后打开要先输口令。");
  };
  const lock = () => (context.vault.lock(), context.go("#/unlock"));
  const drop = async () => {
    await context.dropPin();
    fill(status, "口令已取消。回访对象的姓名、电话已从手机上删掉。");
  };
  return h("section", { class: "part" },
    h("h2", {}, "打开时的口令"),
    h("p", {}, context.vault.hasPin ? "已设口令:别人拿到手机也看不到内容。" : "没有设口令。手机常借给别人用,就设一个。"),
    problems,
    field({ name: "new_pin", label: context.vault.hasPin ? "换一个口令" : "设一个口令", kind: "password", hint: "4 到 8 位数字。", inputmode: "numeric", autocomplete: "new-password", maxlength: 8, oninput: (text) => (pin = text) }),
    h("div", { class: "button-row" }, button("保存口令", set, "secondary"), context.vault.hasPin && button("马上锁上", lock, "secondary"), context.vault.hasPin && button("取消口令", drop, "plain")),
    status);
}

/** One file for each person whose work lies on this phone. @param {Context} context @param {import("../rows.js").ReportRow[]} rows submitted, not received yet */
function exportPart(context, rows) {
  const unsent = rows.length;
  const owners = [...new Set(rows.map((one) => one.owner))];
  const status = h("p", { class: "hint", role: "status" });
  const save = async () => {
    fill(status, "正在整理…");
    try {
      const officeKey = await context.store.getMeta(OFFICE_KEY);
      if (!officeKey) throw new Error("还没有下载过办公室的公钥。请有信号时登记一次本机,再导出。");
      const now = new Date();
      const file = (/** @type {string} */ owner) => makeExport({ store: context.store, vault: context.vault, officeKey, owner, now });
      for (const [index, owner] of owners.entries()) download(await file(owner), `grid-export-${now.toISOString().slice(0, 10)}-${index + 1}.json`);
      fill(status, "文件已存到手机的“下载”。交给任何一位能登录的同事上传;手机上的内容不变,送到了也不会重复。");
    } catch (error) {
      fill(status, errorSentence(error));
    }
  };
  return h("section", { class: "part" },
    h("h2", {}, "导出未发送的"),
    h("p", {}, unsent ? `手机上有 ${unsent} 件没有发出去。一直没有信号,或手机要坏时,存成加密文件,只有服务器能打开。草稿还没有写完,不在文件里,要先提交。` : "没有未发送的。"),
    unsent > 0 && button("导出未发送的", save, "secondary"),
    status);
}

/** @param {Blob} file @param {string} name */
function download(file, name) {
  const url = URL.createObjectURL(file);
  h("a", { href: url, download: name }).click();
  setTimeout(() => URL.revokeObjectURL(url), 60_000);
}

/** @param {Context} context */
async function storagePart(context) {
  const words = h("p", { role: "status" }, describeStorage(await askStorage(navigator.storage)));
  const synced = await context.store.getMeta("last_sync");
  const status = h("p", { role: "status" }, synced ? `上次同步:${timeWords(synced)}。` : "还没有同步过。");
  const refresh = async () => {
    fill(status, "正在同步…");
    try {
      await context.refresh({ force: true, onStep: (step) => fill(status, step) });
      await context.outbox.flush();
      fill(status, context.transport ? "已同步。" : "还没有登记本机,不能同步。");
    } catch (error) {
      fill(status, errorSentence(error));
    }
  };
  return h("section", { class: "part" }, h("h2", {}, "存储和同步"), words, status, button("现在同步", refresh, "secondary"));
}

function lettersPart() {
  const words = () => (isLarge() ? "改回一般字号" : "改成大字");
  const toggle = button(words(), () => (setLarge(!isLarge()), fill(toggle, words())), "secondary");
  return h("section", { class: "part" }, h("h2", {}, "字号"), toggle);
}

/** @param {Context} context @param {number} unsent */
function signOutPart(context, unsent) {
  const status = h("p", { role: "status" });
  const leave = async () => {
    await context.signOut();
    context.go("#/register");
  };
  const question = unsent
    ? `还有 ${unsent} 件没有发出去。退出后它们仍加密留在手机上,用同一账号再登记会接着发送。急的话先连上网等它发完,或先导出。`
    : "退出后要有信号才能再登记。手机上没有未发送的。";
  return h("section", { class: "part" }, h("h2", {}, "退出"),
    unsent > 0 && notice("warning", `还有 ${unsent} 件没有发出去`, "建议先发送或导出,再退出。"),
    askTwice({ words: "在这部手机上退出", question, yes: unsent ? "知道了,仍要退出" : "退出", act: leave }), status);
}

async function versionLine() {
  const kept = await globalThis.caches?.keys().catch(() => []);
  const version = (kept ?? []).map((name) => name.split("-").at(-1)).at(-1) ?? "";
  return h("p", { class: "hint" }, version ? `版本 ${version}` : "版本:联网使用");
}
