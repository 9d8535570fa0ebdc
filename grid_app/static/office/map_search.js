// @ts-check
/** Finds places while somebody types; without script the form opens a page of results. */

/** @typedef {import("./map_page.js").MapPage} MapPage */
/** @typedef {{code: string, name: string, level: string, township: string, url?: string}} Found */

const PAUSE = 200;

/** @param {MapPage} page */
export function startSearch(page) {
  const form = document.querySelector(".map-search");
  const field = form?.querySelector("input");
  const address = page.stage.dataset.places;
  if (!(form instanceof HTMLFormElement) || !field || !address) return;
  const list = document.createElement("ul");
  list.className = "map-found";
  list.hidden = true;
  const told = document.createElement("p");
  told.className = "visually-hidden";
  told.setAttribute("role", "status");
  form.append(list, told);
  let turn = 0;
  const look = async () => {
    const asked = field.value.trim();
    const mine = (turn += 1);
    if (!asked) return void (list.hidden = true);
    const url = new URL(address, location.href);
    url.searchParams.set("q", asked);
    const answer = await fetch(url, { credentials: "same-origin" });
    const found = answer.ok ? /** @type {{places: Found[]}} */ (await answer.json()).places : [];
    if (mine !== turn) return;
    list.replaceChildren(...(found.length ? found.map(row) : [none(asked)]));
    list.hidden = false;
    told.textContent = found.length ? `找到 ${found.length} 处` : `没有找到“${asked}”`;
  };
  /** @type {ReturnType<typeof setTimeout> | undefined} */
  let waiting;
  field.addEventListener("input", () => {
    clearTimeout(waiting);
    waiting = setTimeout(() => look().catch(() => page.say("没有找成:网络断了,请再试。")), PAUSE);
  });
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    look().then(() => list.querySelector("a")?.focus()).catch(() => form.submit());
  });
  list.addEventListener("click", () => (list.hidden = true));
  form.addEventListener("keydown", (event) => {
    if (event.key === "Escape") list.hidden = true;
  });
}

/** @param {Found} place */
function row({ code, name, level, township, url }) {
  const line = document.createElement("li");
  const link = document.createElement("a");
  link.href = url ?? (level === "village" ? `/map/village/${code}` : `/map?root=${code}`);
  link.textContent = township && level !== "township" ? `${name}(${township})` : name;
  line.append(link);
  return line;
}

/** @param {string} asked */
function none(asked) {
  const line = document.createElement("li");
  line.textContent = `没有找到“${asked}”。只找您的辖区;名字、全拼或拼音首字母都可以。`;
  return line;
}
