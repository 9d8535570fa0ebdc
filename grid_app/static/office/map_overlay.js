// @ts-check
/** The sheet of canvas over the tiles on which marks and names stand; it moves with the map and is drawn anew after. */

import { HALF_WIDTH, faceOf, sizeOf, total } from "./map_marks.js";
import { colour } from "./map_paint.js";

/** @typedef {typeof import("leaflet")} Leaflet */
/** @typedef {import("./map_marks.js").Mark} Mark */
/** @typedef {{left: number, top: number, right: number, bottom: number}} Box in pixels of the sheet */
/** @typedef {{name: string, at: import("leaflet").LatLng, under: number}} Name `under`: how far below its place it stands */
/** @typedef {{at: import("leaflet").LatLng, name: string, sign: string, kind: string, url?: string}} Point */
/**
 * @typedef {{
 *   marks: Mark[], points: Point[], names: Name[], told: import("./map_marks.js").Marks, isSmall: boolean,
 *   under?: (pen: CanvasRenderingContext2D) => Box[],
 * }} Shown `under` draws what lies below all of them and says where
 */

const FONT = 'system-ui, "PingFang SC", "HarmonyOS Sans SC", "Noto Sans CJK SC", "Microsoft YaHei", sans-serif';
const NAME_HEIGHT = 16;
const POINT_HALF = 13;
const SHARPEST = 2;
/** How far outside a mark may stand and still be seen, as a part of the view. */
const NEAR = 0.25;
/** Half of what a finger can hit, in pixels. */
const FINGER = 22;

/** @param {Box} one @param {Box} other */
export function overlap(one, other) {
  return one.left < other.right && other.left < one.right && one.top < other.bottom && other.top < one.bottom;
}

/** A sheet as large as the map; `draw` replaces everything on it. */
export class Overlay {
  /** @param {Leaflet} L @param {import("leaflet").Map} map */
  constructor(L, map) {
    this.map = map;
    this.place = L.DomUtil.setPosition;
    this.canvas = document.createElement("canvas");
    this.canvas.className = "map-overlay leaflet-zoom-hide";
    this.canvas.setAttribute("aria-hidden", "true");
    map.getPanes().overlayPane.append(this.canvas);
    /** @type {{mark?: Mark, point?: Point, box: Box}[]} what a tap may hit, in pixels of the sheet */
    this.targets = [];
    this.drawnAt = L.point(0, 0); // where the sheet lies: it moves with the map until it is drawn anew
  }

  /** @param {Shown} shown */
  draw(shown) {
    const { map, canvas } = this;
    const [{ x, y }, sharp] = [map.getSize(), Math.min(globalThis.devicePixelRatio || 1, SHARPEST)];
    this.drawnAt = map.containerPointToLayerPoint([0, 0]);
    this.place(canvas, this.drawnAt);
    canvas.width = x * sharp; // which empties it, too
    canvas.height = y * sharp;
    canvas.style.width = `${x}px`;
    canvas.style.height = `${y}px`;
    const pen = canvas.getContext("2d");
    if (!pen) return;
    pen.scale(sharp, sharp);
    pen.textAlign = "center";
    pen.textBaseline = "middle";
    pen.lineJoin = "round";
    this.targets = [];
    const under = shown.under?.(pen) ?? [];
    this.drawPoints(pen, shown);
    this.drawMarks(pen, shown);
    this.drawNames(pen, shown.names, under);
  }

  /** @param {CanvasRenderingContext2D} pen @param {Shown} shown */
  drawPoints(pen, { points }) {
    for (const point of points) {
      const { x, y } = this.map.latLngToContainerPoint(point.at);
      const box = around(x, y, POINT_HALF);
      if (!this.isSeen(box)) continue;
      this.targets.push({ point, box });
      drawPoint(pen, x, y, point);
    }
  }

  /** @param {CanvasRenderingContext2D} pen @param {Shown} shown */
  drawMarks(pen, { marks, told, isSmall }) {
    const view = this.map.getBounds().pad(NEAR); // of a large county most marks are far outside
    for (const mark of marks.filter(({ at }) => view.contains(at)).sort((one, other) => other.at.lat - one.at.lat)) {
      const { x, y } = this.map.latLngToContainerPoint(mark.at);
      const half = HALF_WIDTH[sizeOf(total(mark), isSmall)];
      const box = around(x, y, half);
      if (!this.isSeen(box)) continue;
      this.targets.push({ mark, box });
      drawMark(pen, x, y, half, faceOf(mark, told, isSmall));
    }
  }

  /** @param {CanvasRenderingContext2D} pen @param {Name[]} names those that would cover something are left out @param {Box[]} under */
  drawNames(pen, names, under) {
    const taken = [...under, ...this.targets.map(({ box }) => box)];
    pen.font = `600 12px ${FONT}`;
    pen.lineWidth = 3.5;
    [pen.strokeStyle, pen.fillStyle] = [colour("--raised"), colour("--ink")];
    for (const { name, at, under } of names) {
      const { x, y } = this.map.latLngToContainerPoint(at);
      const half = pen.measureText(name).width / 2 + 1;
      const middle = under ? y + under + NAME_HEIGHT / 2 : y;
      const box = { left: x - half, right: x + half, top: middle - NAME_HEIGHT / 2, bottom: middle + NAME_HEIGHT / 2 };
      if (!this.isSeen(box) || taken.some((other) => overlap(box, other))) continue;
      taken.push(box);
      pen.strokeText(name, x, middle);
      pen.fillText(name, x, middle);
    }
  }

  /** @param {Box} box */
  isSeen({ left, right, top, bottom }) {
    const { x, y } = this.map.getSize();
    return right > 0 && left < x && bottom > 0 && top < y;
  }

  /**
   * What stands under a point of the map's window, the last drawn first; what is smaller than a finger is hit near it, too.
   * @param {{x: number, y: number}} at
   */
  under({ x, y }) {
    const { x: right, y: down } = this.map.containerPointToLayerPoint([x, y]).subtract(this.drawnAt);
    /** @param {number} more @returns {(target: {box: Box}) => boolean} */
    const within = (more) => ({ box }) => Math.abs(right - (box.left + box.right) / 2) <= (box.right - box.left) / 2 + more
      && Math.abs(down - (box.top + box.bottom) / 2) <= (box.bottom - box.top) / 2 + more;
    const drawn = [...this.targets].reverse();
    return drawn.find(within(0)) ?? drawn.find((target) => within(FINGER - (target.box.right - target.box.left) / 2)(target));
  }
}

/** @param {number} x @param {number} y @param {number} half @returns {Box} */
function around(x, y, half) {
  return { left: x - half, right: x + half, top: y - half, bottom: y + half };
}

/** @param {CanvasRenderingContext2D} pen @param {number} x @param {number} y @param {number} half @param {ReturnType<typeof faceOf>} face */
function drawMark(pen, x, y, half, { key, first, second }) {
  const hue = colour(`--${key}`) || colour("--accent-strong");
  pen.beginPath();
  if (key === "room") pen.rect(x - half + 1.25, y - half + 1.25, 2 * half - 2.5, 2 * half - 2.5);
  else pen.arc(x, y, half - 1.25, 0, 2 * Math.PI);
  pen.fillStyle = colour("--raised");
  pen.fill();
  [pen.strokeStyle, pen.lineWidth] = [hue, 2.5];
  pen.stroke();
  pen.fillStyle = hue;
  pen.font = `700 ${first.length > 4 ? 11 : half > 15 ? 14 : 12}px ${FONT}`;
  pen.fillText(first, x, second ? y - 5 : y + 0.5, 2 * half - 6);
  if (!second) return;
  pen.fillStyle = colour("--ink");
  pen.font = `600 10px ${FONT}`;
  pen.fillText(second, x, y + 8, 2 * half - 8);
}

/** @param {CanvasRenderingContext2D} pen @param {number} x @param {number} y @param {Point} point */
function drawPoint(pen, x, y, { sign, kind }) {
  const hue = colour("--accent-strong");
  pen.beginPath();
  pen.rect(x - POINT_HALF, y - POINT_HALF, 2 * POINT_HALF, 2 * POINT_HALF);
  pen.fillStyle = kind === "effective" ? hue : colour("--raised");
  pen.fill();
  [pen.strokeStyle, pen.lineWidth] = [hue, 2];
  pen.setLineDash(kind === "nominal" ? [3, 3] : []);
  pen.stroke();
  pen.setLineDash([]);
  pen.fillStyle = kind === "effective" ? colour("--raised") : hue;
  pen.font = `700 13px ${FONT}`;
  pen.fillText(sign, x, y + 0.5);
}
