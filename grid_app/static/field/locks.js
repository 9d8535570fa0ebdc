// @ts-check
/** One tab at a time: the browser's Web Locks, or a lease in the phone's own database where there are none. */

/** @typedef {import("./store.js").Store} Store */
/** @typedef {{request: (name: string, work: () => Promise<unknown>) => Promise<unknown>}} Locks */

const LEASE_MILLISECONDS = 30_000;
const LOOK_MILLISECONDS = 500;

/**
 * Locks as leases in the database, for browsers without Web Locks. A killed tab's lease ends by itself; should two tabs
 * ever work at once, the office still keeps every id once.
 * @param {Store} store
 * @param {{now?: () => number, wait?: (milliseconds: number) => Promise<unknown>}} [clock]
 * @returns {Locks}
 */
export function leaseLocks(store, { now = Date.now, wait = pause } = {}) {
  const me = crypto.getRandomValues(new Uint32Array(2)).join("-");
  /** @param {string} key */
  const take = async (key) => {
    const held = await store.changeMeta(key, (lease) => (isFree(lease, now(), me) ? { me, until: now() + LEASE_MILLISECONDS } : undefined));
    return held.me === me;
  };
  return {
    async request(name, work) {
      const key = `lock:${name}`;
      while (!(await take(key))) await wait(LOOK_MILLISECONDS);
      const renewing = setInterval(() => void take(key).catch(() => {}), LEASE_MILLISECONDS / 3);
      try {
        return await work();
      } finally {
        clearInterval(renewing);
        await store.changeMeta(key, (lease) => (lease?.me === me ? null : undefined)).catch(() => {});
      }
    },
  };
}

/** @param {{me: string, until: number} | null | undefined} lease @param {number} now @param {string} me */
function isFree(lease, now, me) {
  return !lease || lease.me === me || lease.until <= now || lease.until > now + LEASE_MILLISECONDS;
}

/** @param {number} milliseconds */
function pause(milliseconds) {
  return new Promise((resolve) => setTimeout(resolve, milliseconds));
}
