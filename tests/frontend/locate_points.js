/** Reads {villages, points: [[lon, lat, metres]]} from a file and prints what the phone's locator answers. */
import { readFile } from "node:fs/promises";
import { argv, stdout } from "node:process";
import { makeLocator } from "../../grid_app/static/field/locator.js";

const { villages, points } = JSON.parse(await readFile(argv[2], "utf8"));
const locator = makeLocator(villages);
stdout.write(JSON.stringify(points.map(([lon, lat, metres]) => [locator.locate(lon, lat) ?? "", locator.candidates(lon, lat, metres)])));
