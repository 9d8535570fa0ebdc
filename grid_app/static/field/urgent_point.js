// @ts-check
/** Where the danger is, found by the phone itself without a network, for the message and the report; never waited for. */

import { fill, h } from "./dom.js";
import { button } from "./parts.js";
import { findPosition } from "./position.js";
import { accuracyWords, locateWhenAllowed, round } from "./report_place.js";

/** @typedef {{lon?: number, lat?: number, accuracy_m?: number, phone_village?: string}} Found */
/** @typedef {ReturnType<typeof import("./locator.js").makeLocator>} Locator */

/** @param {Locator | null} locator @param {(found: Found) => void} onFound */
export function pointPart(locator, onFound) {
  const status = h("p", { class: "hint", role: "status" }, "定位后,短信里会写上经纬度,没有网络也能定位。不定位也能打电话、发短信。");
  const start = button("把位置写进短信", () => void locate(), "secondary");
  let isWanted = true;
  let isSearching = false;

  async function locate() {
    if (!navigator.geolocation) return fill(status, "这部手机不能定位。请在电话里说清地点。");
    if (isSearching) return;
    isSearching = true;
    fill(status, "正在定位,先打电话,不用等…");
    const found = await findPosition({ geolocation: navigator.geolocation, onBetter: better });
    isSearching = false;
    if (typeof found === "number") fill(status, found === 1 ? "手机没有允许定位。请在电话里说清地点。" : "没有收到定位信号。请在电话里说清地点。");
  }

  /** @param {import("./position.js").Fix} fix */
  function better(fix) {
    if (!isWanted) return;
    const [lon, lat] = [round(fix.lon), round(fix.lat)];
    onFound({ lon, lat, accuracy_m: Math.max(1, Math.round(fix.accuracy)), phone_village: locator?.locate(lon, lat) ?? "" });
    fill(status, accuracyWords(fix).replace(",以您选的村为准", ""), " 已写进短信。");
  }

  void locateWhenAllowed(locate);
  return { part: h("section", { class: "part" }, start, status), end: () => (isWanted = false) };
}
