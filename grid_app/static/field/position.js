// @ts-check
/** The GPS button of the report form: fills hidden fields, says how exact it is, never blocks the form. */

/** @typedef {{lon: number, lat: number, accuracy: number}} Fix */
/**
 * @typedef {object} Search
 * @property {Pick<Geolocation, "watchPosition" | "clearWatch">} geolocation
 * @property {(fix: Fix) => void} onBetter
 * @property {number} [milliseconds] how long the best fix is waited for
 */

export const SEARCH_MILLISECONDS = 10_000;
export const GOOD_ENOUGH_METRES = 15;

/** @param {Fix | null} best @param {Fix} next @returns {Fix} */
export function better(best, next) {
  return best === null || next.accuracy < best.accuracy ? next : best;
}

/** @param {Fix} fix */
export function describe(fix) {
  const metres = Math.max(1, Math.round(fix.accuracy));
  if (metres > 500) return `已定位,但误差约 ${metres} 米,太大了;请在地图上点一下。`;
  return `已定位,误差约 ${metres} 米。`;
}

/** @param {number} code of GeolocationPositionError */
export function describeFailure(code) {
  const why = code === 1 ? "手机没有允许定位。" : "没有收到定位信号。";
  return `${why}不定位也能提交,也可以在地图上点一下。`;
}

/**
 * The best fix within the time given, early when it is good enough; the error code when there is none.
 * @param {Search} search
 * @returns {Promise<Fix | number>}
 */
export function findPosition({ geolocation, onBetter, milliseconds = SEARCH_MILLISECONDS }) {
  return new Promise((resolve) => {
    /** @type {Fix | null} */
    let best = null;
    const end = (/** @type {number} */ code) => {
      clearTimeout(timer);
      geolocation.clearWatch(watch);
      resolve(best ?? code);
    };
    const timer = setTimeout(() => end(3), milliseconds);
    const watch = geolocation.watchPosition(
      ({ coords }) => {
        const next = { lon: coords.longitude, lat: coords.latitude, accuracy: coords.accuracy };
        if (better(best, next) !== next) return;
        best = next;
        onBetter(next);
        if (next.accuracy <= GOOD_ENOUGH_METRES) setTimeout(end, 0, 3);
      },
      (error) => {
        if (error.code === 1) setTimeout(end, 0, 1);
      },
      { enableHighAccuracy: true, timeout: milliseconds, maximumAge: 0 },
    );
  });
}

/**
 * Write a place into the hidden fields and tell the small map; `null` empties them.
 * @param {Element} picker
 * @param {Fix | null} fix
 */
export function setPlace(picker, fix) {
  const values = { lon: fix?.lon.toFixed(6), lat: fix?.lat.toFixed(6), accuracy: fix ? String(Math.round(fix.accuracy)) : "" };
  for (const [name, value] of Object.entries(values)) {
    const field = picker.querySelector(`input[data-${name}]`);
    if (field instanceof HTMLInputElement) field.value = value ?? "";
  }
  picker.dispatchEvent(new CustomEvent("place-set", { detail: fix, bubbles: true }));
}

/** @param {HTMLElement} element */
export function startPosition(element) {
  const picker = element.closest("[data-module='place-picker']");
  const button = element.querySelector("[data-position-button]");
  const status = element.querySelector("[data-position-status]");
  if (!picker || !(button instanceof HTMLButtonElement) || !status || !navigator.geolocation) return;
  element.hidden = false;
  button.addEventListener("click", async () => {
    button.setAttribute("aria-busy", "true");
    status.textContent = "正在定位,可以继续填别的…";
    const onBetter = (/** @type {Fix} */ fix) => {
      setPlace(picker, fix);
      status.textContent = describe(fix);
    };
    const found = await findPosition({ geolocation: navigator.geolocation, onBetter });
    if (typeof found === "number") status.textContent = describeFailure(found);
    button.removeAttribute("aria-busy");
  });
  element.querySelector("[data-position-clear]")?.addEventListener("click", () => {
    setPlace(picker, null);
    status.textContent = "没有记录位置,按所选的村登记。";
  });
}
