/** Reads pairs of matters from a file and prints the phone's likeness of each, and the words it knows. */
import { readFile } from "node:fs/promises";
import { argv, stdout } from "node:process";
import { likeness } from "../../grid_app/static/field/likeness.js";
import { COMMON, KINDS } from "../../grid_app/static/field/likeness_words.js";
import { VOICE_ONLY } from "../../grid_app/static/field/report_hints.js";

const pairs = JSON.parse(await readFile(argv[2], "utf8"));
const found = pairs.map(([one, other]) => likeness(one, other));
stdout.write(JSON.stringify({ found: found.map(({ score, verdict }) => [verdict, score]), words: [COMMON, ...KINDS], spoken: VOICE_ONLY }));
