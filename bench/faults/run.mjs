/** Reads what to do from its input as JSON, kills tabs of several phones against a running server, writes what the phones promised. */
import "fake-indexeddb/auto";
import { Phone } from "./phone.mjs";
import { startLine } from "./proxy.mjs";
import { chanceOf } from "./tab.mjs";

const MOST_EFFECTS = 30;

async function main() {
  let text = "";
  for await (const part of process.stdin) text += part;
  const { address, phones: known, village, points, seed } = JSON.parse(text);
  const line = await startLine(address, chanceOf(seed));
  const died = {};
  let left = points;
  let shown = Math.floor(points / 500);
  const phones = known.map(({ token, owner, grid, follow_up: followUp }, number) => new Phone({ number, token, owner, village, grid, followUp, chance: chanceOf(seed * 1000 + number), line, fetcher: fetch }));
  await Promise.all(
    phones.map(async (phone) => {
      while (left > 0) {
        for (const where of await phone.live(1 + phone.chance.below(MOST_EFFECTS))) {
          left -= 1;
          died[where] = (died[where] ?? 0) + 1;
        }
        await phone.check();
        if (left > 0 && Math.floor(left / 500) < shown) process.stderr.write(`fewer than ${500 * shown--} kill points left\n`);
      }
    }),
  );
  line.isGood = true;
  process.stderr.write("all tabs were killed; the line is good now\n");
  await Promise.all(phones.map((phone) => phone.settle()));
  process.stdout.write(JSON.stringify({ points: points - left, died, line: line.counted, ...told(phones) }), () => process.exit(0));
}

function told(phones) {
  const pairs = (key) => Object.fromEntries(phones.flatMap((phone) => [...phone[key]]));
  const drafts = phones.reduce((sum, phone) => sum + [...phone.saved.keys()].filter((id) => !phone.promised.has(id)).length, 0);
  const sum = (count) => phones.reduce((all, phone) => all + count(phone), 0);
  const taken = { web_locks: sum((phone) => (phone.hasLocks ? phone.locks.takenOver : 0)), leases: sum((phone) => (phone.hasLocks ? 0 : phone.locks.takenOver)) };
  const [returned, visited] = [sum((phone) => phone.returned), sum((phone) => phone.visited)];
  return { taken, returned, visited, promised: pairs("promised"), received: pairs("received"), attached: pairs("attached"), drafts, missing: [...new Set(phones.flatMap((phone) => phone.missing))] };
}

await main();
