// @ts-check
/** Reads the map's topology: shared borders stored once become polygons, township borders and label points. */

/** @typedef {[number, number]} Place latitude and longitude, as Leaflet wants them */
/** @typedef {{code: string, name: string, township: string, label: Place, parts: Place[][][]}} Village */
/** @typedef {{code: string, name: string, label: Place}} Township */
/** @typedef {{villages: Village[], townships: Map<string, Township>, borders: Place[][]}} Shapes */
/**
 * @typedef {{
 *   transform: {scale: [number, number], translate: [number, number]},
 *   arcs: [number, number][][],
 *   objects: {
 *     villages: {geometries: {id: string, arcs: number[][][], properties: {name: string, township: string, label: [number, number]}}[]},
 *     townships: {geometries: {id: string, coordinates: [number, number], properties: {name: string}}[]},
 *     borders: {arcs: number[][]},
 *   },
 * }} Topology
 */

/**
 * @param {Topology} topology
 * @returns {Shapes}
 */
export function readTopology(topology) {
  const { scale, translate } = topology.transform;
  const place = (/** @type {number} */ x, /** @type {number} */ y) =>
    /** @type {Place} */ ([y * scale[1] + translate[1], x * scale[0] + translate[0]]);
  const arcs = topology.arcs.map((steps) => {
    let x = 0;
    let y = 0;
    return steps.map(([dx, dy]) => place((x += dx), (y += dy)));
  });
  const villages = topology.objects.villages.geometries.map((shape) => ({
    code: shape.id,
    name: shape.properties.name,
    township: shape.properties.township,
    label: place(...shape.properties.label),
    parts: shape.arcs.map((rings) => rings.map((ring) => joinArcs(arcs, ring))),
  }));
  const townships = topology.objects.townships.geometries.map((shape) => ({
    code: shape.id,
    name: shape.properties.name,
    label: place(...shape.coordinates),
  }));
  return {
    villages,
    townships: new Map(townships.map((township) => [township.code, township])),
    borders: topology.objects.borders.arcs.map((line) => joinArcs(arcs, line)),
  };
}

/**
 * Joins arcs end to end; a negative number means that arc walked backwards (TopoJSON 1.0, section 2.1.4).
 * @param {Place[][]} arcs
 * @param {number[]} numbers
 * @returns {Place[]}
 */
export function joinArcs(arcs, numbers) {
  /** @type {Place[]} */
  const points = [];
  for (const number of numbers) {
    const arc = number >= 0 ? arcs[number] : [...arcs[~number]].reverse();
    points.push(...(points.length ? arc.slice(1) : arc));
  }
  return points;
}
