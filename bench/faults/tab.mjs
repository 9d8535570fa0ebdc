/** A tab that can die: from then on nothing it does has any effect, and nothing it waits for comes. */
import ObjectStore from "fake-indexeddb/lib/FDBObjectStore";

const never = () => new Promise(() => {});
/** Databases whose transaction is to break, and after how many of its writes. */
const armed = new Map();

for (const name of ["put", "delete"]) {
  const real = ObjectStore.prototype[name];
  ObjectStore.prototype[name] = function (...given) {
    const { db } = this.transaction;
    const left = armed.get(db.name);
    if (left === undefined) return real.apply(this, given);
    if (left > 0) {
      armed.set(db.name, left - 1);
      return real.apply(this, given);
    }
    armed.delete(db.name);
    throw new DOMException("broken off", "QuotaExceededError");
  };
}

/** Random numbers of a seed (mulberry32). */
export function chanceOf(seed) {
  let state = seed >>> 0;
  const next = () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4294967296;
  };
  return { next, below: (end) => Math.floor(next() * end), pick: (list) => list[Math.floor(next() * list.length)] };
}

export class Tab {
  /** @param {ReturnType<typeof chanceOf>} chance @param {number} effects after how many it dies */
  constructor(chance, effects) {
    this.chance = chance;
    this.left = effects;
    this.where = "";
    this.death = new Promise((resolve) => (this.die = resolve));
  }

  /** Do something with an effect outside of the tab, unless the tab is dead or dies of it. */
  async effect(name, run, breakOff = run) {
    if (this.where) return never();
    this.left -= 1;
    if (this.left !== 0) {
      const result = await run();
      return this.where ? never() : result;
    }
    const moment = this.chance.pick(["before", "during", "after"]);
    this.where = `${name}, ${moment}`;
    if (moment === "during") await Promise.race([breakOff().catch(() => {}), new Promise((resolve) => setTimeout(resolve, this.chance.below(8)))]);
    if (moment === "after") await run().catch(() => {});
    this.die();
    return never();
  }

  /** The store as this tab sees it: writes may find the disk full, or be torn by the tab's death. */
  store(real, name, { full = 0 } = {}) {
    const torn = (work) => () => (armed.set(name, this.chance.below(3)), work().finally(() => armed.delete(name)));
    const wrap = (method) => (...given) => {
      const isWrite = /^(put|set|change|delete|save|settle)/.test(method);
      const work = () => real[method](...given);
      const isFull = isWrite && this.chance.next() < full;
      return this.effect(`${isWrite ? "write" : "read"} ${method}`, isFull ? torn(work) : work, isWrite ? torn(work) : work);
    };
    return Object.fromEntries(Object.keys(real).map((method) => [method, wrap(method)]));
  }

  /** Calls as this tab makes them: killed under way, the request still arrives. */
  fetcher(real) {
    return (url, init) => {
      const work = () => real(url, { ...init, signal: AbortSignal.timeout(20_000) });
      return this.effect(url.includes("/attachments/") ? "send attachment" : "send reports", work, () => (void work().catch(() => {}), Promise.resolve()));
    };
  }
}

/** The browser's locks of one phone: a dead tab holds nothing. `takenOver` counts turns begun after a tab died in its own. */
export class PhoneLocks {
  #last = Promise.resolve();
  #holder = null;
  takenOver = 0;

  of(tab) {
    return this.counted(tab, {
      request: (_name, work) => {
        const before = this.#last;
        const turn = before.then(() => (tab.where ? never() : work()));
        this.#last = Promise.race([turn.catch(() => {}), before.then(() => tab.death)]);
        return turn;
      },
    });
  }

  /** The same locks, noting whose turn it is. */
  counted(tab, locks) {
    return {
      request: (name, work) =>
        locks.request(name, async () => {
          if (this.#holder && this.#holder !== tab && this.#holder.where) this.takenOver += 1;
          this.#holder = tab;
          const done = await work();
          if (this.#holder === tab) this.#holder = null;
          return done;
        }),
    };
  }
}
