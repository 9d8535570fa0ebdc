// @ts-check
/** Draws a dividing line on the picture of a village: each tap adds a point to the field; without script one types. */

const SVG = "http://www.w3.org/2000/svg";

/** @typedef {{west: number, lonStep: number, north: number, latStep: number}} Sheet */

/** @param {DOMStringMap} data @returns {Sheet} */
export function sheetOf(data) {
  const [west, lonStep, north, latStep] = [data.west, data.lonStep, data.north, data.latStep].map(Number);
  return { west, lonStep, north, latStep };
}

/** The degrees of a place on the drawing. @param {Sheet} sheet @param {number} x @param {number} y */
export function degreesAt(sheet, x, y) {
  return [sheet.west + x * sheet.lonStep, sheet.north - y * sheet.latStep];
}

/** The points that a field holds, in the order written. @param {string} text @returns {number[][]} */
export function pointsIn(text) {
  const pairs = text.split("\n").map((line) => (line.match(/-?\d+(?:\.\d+)?/g) ?? []).map(Number));
  return pairs.filter((pair) => pair.length === 2);
}

/** @param {HTMLElement} element */
export function startDividingLine(element) {
  const drawing = element.querySelector("svg");
  const field = document.getElementById("line");
  if (!(drawing instanceof SVGSVGElement) || !(field instanceof HTMLTextAreaElement)) return;
  const sheet = sheetOf(element.dataset);
  const line = document.createElementNS(SVG, "polyline");
  const look = { fill: "none", stroke: "#b3261e", "stroke-width": "3", "stroke-linejoin": "round" };
  for (const [name, value] of Object.entries(look)) {
    line.setAttribute(name, value);
  }
  drawing.append(line);
  const draw = () => {
    const places = pointsIn(field.value).map(([lon, lat]) =>
      `${(lon - sheet.west) / sheet.lonStep},${(sheet.north - lat) / sheet.latStep}`);
    line.setAttribute("points", places.length === 1 ? `${places[0]} ${places[0]}` : places.join(" "));
    line.setAttribute("stroke-linecap", "round");
  };
  drawing.addEventListener("click", (tap) => {
    const matrix = drawing.getScreenCTM();
    if (!matrix) return;
    const place = new DOMPoint(tap.clientX, tap.clientY).matrixTransform(matrix.inverse());
    const [lon, lat] = degreesAt(sheet, place.x, place.y);
    const before = field.value.trim();
    field.value = `${before}${before ? "\n" : ""}${lon.toFixed(6)},${lat.toFixed(6)}`;
    draw();
  });
  field.addEventListener("input", draw);
  for (const button of element.querySelectorAll("button")) {
    button.hidden = false;
    button.addEventListener("click", () => {
      field.value = field.value.trim().split("\n").slice(0, -1).join("\n");
      draw();
    });
  }
  for (const hint of element.querySelectorAll("[data-needs-script]")) hint.removeAttribute("hidden");
  draw();
}
