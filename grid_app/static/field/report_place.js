// @ts-check
/** Where it is: the village, prefilled; the phone's position while people write; and which of two villages. */

import { h, fill } from "./dom.js";
import { placePicture } from "./map_place.js";
import { button, choices, field } from "./parts.js";
import { findPosition } from "./position.js";

/** @typedef {import("./report_form.js").Form} Form */
/** @typedef {import("./position.js").Fix} Fix */
/** @typedef {import("./parts.js").Option} Option */

const COARSE_METRES = 500;
const MOST_VILLAGES = 4;

/** @param {Form} form @returns {Option[]} */
function villageOptions({ villages, bundle, values }) {
  const features = villages?.features ?? [];
  const named = features.map((one) => /** @type {Option} */ ([String(one.properties?.code), String(one.properties?.name)]));
  const home = named.filter(([code]) => code === bundle?.home_village);
  const rest = named.filter(([code]) => code !== bundle?.home_village);
  const known = named.some(([code]) => code === values.village_code);
  const chosen = values.village_code && !known ? [/** @type {Option} */ ([values.village_code, "原来选的村(社区)"])] : [];
  return [...(values.village_code ? [] : [/** @type {Option} */ (["", "请选择,或者用定位"])]), ...home, ...rest, ...chosen];
}

/** @param {Form} form @param {string | null | undefined} code */
function nameOf({ villages }, code) {
  const found = villages?.features.find((one) => one.properties?.code === code);
  return found ? String(found.properties?.name) : "";
}

/** @param {Fix} fix */
export function accuracyWords(fix) {
  const metres = Math.max(1, Math.round(fix.accuracy));
  return metres > COARSE_METRES ? `已定位,但误差约 ${metres} 米,以您选的村为准。` : `已定位,误差约 ${metres} 米。`;
}

/** The part of the form about the place. @param {Form} form @param {string | undefined} error */
export function placePart(form, error) {
  const status = h("p", { class: "hint", role: "status" });
  const question = h("div");
  const village = h("div");
  const picture = placePicture(form.villages, form.bundle?.home_village ?? "");
  const start = button("用手机定位", () => void locate(), "secondary");
  const clear = button("不用定位", forget, "plain");
  let searching = false;
  let picked = Boolean(form.values.lon);

  /** @param {string | undefined} [problem] */
  function paintVillage(problem) {
    fill(village, field({ name: "village_code", label: "在哪个村(社区)?", kind: "select", options: villageOptions(form), value: form.values.village_code, error: problem, oninput: choose }));
  }

  /** @param {string} code */
  function choose(code) {
    picked = true;
    form.change({ village_code: code });
    paintQuestion();
  }

  function paintQuestion() {
    const { lon, lat, accuracy_m: accuracy = 0 } = form.values;
    picture.show(lon === undefined || lat === undefined ? null : { lon, lat, accuracy });
    const place = lon === undefined || lat === undefined ? undefined : form.locator?.place({ lon, lat, accuracy });
    if (place?.kind !== "ask") return fill(question, differs());
    const options = place.codes.slice(0, MOST_VILLAGES).map((code) => /** @type {Option} */ ([code, nameOf(form, code) || code]));
    fill(question, choices({
      name: "which_village", legend: place.question, options, value: form.values.village_code,
      hint: "定位的误差跨过了村界,请您定。", onchange: (code) => (choose(code), paintVillage()),
    }));
  }

  function differs() {
    const { phone_village: found, village_code: chosen } = form.values;
    if (!found || !chosen || found === chosen.slice(0, 12)) return null;
    return h("p", { class: "hint" }, `定位在${nameOf(form, found)},选的是${nameOf(form, chosen) || "别处"}。定位准时按定位登记。`);
  }

  /** @param {Fix} fix */
  function better(fix) {
    if (!searching) return;
    const phone_village = form.locator?.locate(round(fix.lon), round(fix.lat)) ?? "";
    const moved = !picked && phone_village ? { village_code: phone_village } : {};
    form.found({ lon: round(fix.lon), lat: round(fix.lat), crs: "wgs84", accuracy_m: Math.max(1, Math.round(fix.accuracy)), phone_village, ...moved });
    if ("village_code" in moved) paintVillage();
    fill(status, accuracyWords(fix), " 可以继续填别的。");
    paintQuestion();
  }

  async function locate() {
    if (!navigator.geolocation) return fill(status, "这部手机不能定位。不定位也能提交。");
    if (searching) return;
    searching = true;
    start.setAttribute("aria-busy", "true");
    fill(status, "正在定位,可以继续填别的…");
    const found = await findPosition({ geolocation: navigator.geolocation, onBetter: better });
    start.removeAttribute("aria-busy");
    if (!searching) return;
    searching = false;
    if (typeof found !== "number") return fill(status, accuracyWords(found));
    fill(status, found === 1 ? "手机没有允许定位。不定位也能提交,按所选的村登记。" : "没有收到定位信号。不定位也能提交,按所选的村登记。");
  }

  function forget() {
    searching = false;
    form.change({ lon: undefined, lat: undefined, accuracy_m: undefined, phone_village: "" });
    fill(status, "没有记录位置,按所选的村登记。");
    fill(question);
    picture.show(null);
  }

  paintVillage(error);
  paintQuestion();
  const { lon, lat, accuracy_m: accuracy = 0 } = form.values;
  fill(status, lon === undefined || lat === undefined ? "不定位也能提交。" : accuracyWords({ lon, lat, accuracy }));
  if (form.values.lon === undefined) void locateWhenAllowed(locate);
  return h("section", { class: "part" }, village, question, picture.element, h("div", { class: "place-tools" }, start, clear, status));
}

/** Begin by itself only where the phone has been asked before. @param {() => Promise<unknown>} locate */
export async function locateWhenAllowed(locate) {
  if (!navigator.permissions) return;
  const asked = await navigator.permissions.query({ name: "geolocation" }).catch(() => null);
  if (asked?.state === "granted") await locate();
}

/** @param {number} degrees to about a decimetre */
export function round(degrees) {
  return Number(degrees.toFixed(6));
}
