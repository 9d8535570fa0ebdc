// @ts-check
/**
 * Which screen an address of the app leads to, and the showing of it.
 * The shell calls `showRoute` on start and on every `hashchange`; `#/report/new` becomes a report with an id of its own.
 */

import { applyLetters } from "./letters.js";

/** @typedef {import("./context.js").Context} Context */
/** @typedef {Record<string, string>} Params */
/** @typedef {{show: (main: HTMLElement, params: Params, context: Context) => Promise<void | (() => unknown)>}} Screen */
/** @typedef {{name: string, params: Params, title: string, load: () => Promise<Screen>}} Route */

/** @type {{pattern: RegExp, name: string, title: string, keys: string[], load: () => Promise<Screen>}[]} */
const ROUTES = [
  { pattern: /^\/?$/, name: "home", title: "首页", keys: [], load: () => import("./screens/home.js") },
  { pattern: /^\/register$/, name: "register", title: "登记本机", keys: [], load: () => import("./screens/register.js") },
  { pattern: /^\/unlock$/, name: "unlock", title: "输入口令", keys: [], load: () => import("./screens/unlock.js") },
  { pattern: /^\/report\/([\w-]+)$/, name: "report", title: "上报", keys: ["id"], load: () => import("./screens/report.js") },
  { pattern: /^\/reports$/, name: "reports", title: "我的上报", keys: [], load: () => import("./screens/reports.js") },
  { pattern: /^\/round\/([\w-]+)$/, name: "round", title: "排查回执", keys: ["code"], load: () => import("./screens/round.js") },
  { pattern: /^\/visits$/, name: "visits", title: "回访", keys: [], load: () => import("./screens/visits.js") },
  { pattern: /^\/visit\/([\w-]+)$/, name: "visit", title: "回访", keys: ["id"], load: () => import("./screens/visit.js") },
  { pattern: /^\/map$/, name: "map", title: "我的村", keys: [], load: () => import("./screens/map.js") },
  { pattern: /^\/urgent$/, name: "urgent", title: "紧急", keys: [], load: () => import("./screens/urgent.js") },
  { pattern: /^\/settings$/, name: "settings", title: "设置", keys: [], load: () => import("./screens/settings.js") },
];
const OPEN_WHILE_LOCKED = new Set(["unlock", "urgent", "register"]);
const OPEN_WITHOUT_DEVICE = new Set(["register", "unlock", "urgent", "settings"]);

/** @param {string} hash @returns {Route} */
export function routeOf(hash) {
  const path = hash.replace(/^#/, "").split("?")[0];
  for (const { pattern, keys, ...route } of ROUTES) {
    const found = pattern.exec(path);
    if (found) return { ...route, params: Object.fromEntries(keys.map((key, index) => [key, found[index + 1]])) };
  }
  const { pattern: _, keys: __, ...home } = ROUTES[0];
  return { ...home, params: {} };
}

/** The name of the screen a person sees: a locked phone asks for its PIN, a new one to be registered. @param {Route} route @param {Context} context */
export function screenFor(route, context) {
  if (context.vault.isLocked && !OPEN_WHILE_LOCKED.has(route.name)) return "unlock";
  if (!context.device && !OPEN_WITHOUT_DEVICE.has(route.name)) return "register";
  return route.name;
}

/** Load every screen, so that a page never mixes its own version with the next one. */
export async function loadAll() {
  await Promise.all([...ROUTES.map((route) => route.load()), import("./export_file.js")]);
}

/** @type {(() => unknown) | null} */
let leave = null;
let turn = 0;

/**
 * Show the screen of an address in `main`; what the last screen still held is written first.
 * @param {string} hash @param {HTMLElement} main @param {Context} context
 */
export async function showRoute(hash, main, context) {
  const mine = ++turn;
  const asked = routeOf(hash);
  const name = screenFor(asked, context);
  const route = name === asked.name ? asked : routeOf(`#/${name}`);
  const left = leave;
  leave = null;
  await left?.();
  const screen = await route.load();
  if (mine !== turn) return;
  applyLetters();
  const stage = document.createElement("div");
  stage.className = "screen";
  stage.dataset.screen = route.name;
  const end = (await screen.show(stage, { ...route.params, from: hash }, context)) ?? null;
  if (mine !== turn) return void end?.();
  leave = end;
  main.replaceChildren(stage);
  const heading = stage.querySelector("h1");
  document.title = `${heading?.textContent || route.title} - 网格排查`;
  window.scrollTo(0, 0);
  if (mine > 1) main.focus({ preventScroll: true });
}
