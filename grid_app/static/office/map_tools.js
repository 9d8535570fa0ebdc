// @ts-check
/** Where am I, the whole area, the whole screen, the link to this view. */

/** @typedef {import("./map_page.js").MapPage} MapPage */

const REFUSED = "没有定位:浏览器没有得到允许,或者这台设备测不到位置。可以按名字找地方。";
const PATIENCE = 10_000;

/** @param {MapPage} page */
export function startTools(page) {
  page.stage.querySelector(".map-tools")?.append(
    button("看全域", () => page.area.lookAt("")),
    button("我的位置", () => locate(page)),
    button("全屏", () => wholeScreen(page)),
    button("复制链接", () => copy(page)),
  );
  document.addEventListener("fullscreenchange", () => {
    const isWhole = document.fullscreenElement === page.stage;
    page.stage.classList.toggle("map-whole", isWhole);
    page.area.setFree(isWhole);
  });
}

/** @param {string} label @param {() => void} act */
function button(label, act) {
  const made = document.createElement("button");
  made.type = "button";
  made.className = "button button-secondary";
  made.textContent = label;
  made.addEventListener("click", act);
  return made;
}

/** The place is shown on this map and goes nowhere else. @param {MapPage} page */
function locate(page) {
  if (!navigator.geolocation || !isSecureContext) return page.say(REFUSED);
  page.say("正在定位…");
  navigator.geolocation.getCurrentPosition(
    ({ coords }) => page.say(page.area.showPosition(coords.latitude, coords.longitude, coords.accuracy)),
    () => page.say(REFUSED),
    { enableHighAccuracy: true, timeout: PATIENCE },
  );
}

/** @param {MapPage} page */
function wholeScreen(page) {
  if (document.fullscreenElement) return void document.exitFullscreen();
  if (!page.stage.requestFullscreen) return page.say("这个浏览器不能全屏。");
  page.stage.requestFullscreen().catch(() => page.say("没有全屏:浏览器不允许。"));
}

/** @param {MapPage} page */
async function copy(page) {
  page.note({});
  try {
    await navigator.clipboard.writeText(location.href);
    page.say("链接已复制:打开它就是现在这个画面(要有权限的人才能看)。");
  } catch {
    page.say("没有复制成功,请从地址栏复制:地址里就是现在这个画面。");
  }
}
