import { FollowUps } from "../../grid_app/static/field/follow_ups.js";
import { openVault } from "../../grid_app/static/field/vault.js";
import { phone } from "./phone.js";

globalThis.navigator ??= {}; // no locks here: the tests do one thing at a time
export const NOW = "2026-11-22T03:00:00Z";
export const PIN = "2580";
export const PERSON = { label: "当事人A", name: "钱有田", phone: "13800000001" };
export const DEVICE = { device_id: "d1", expires_at: "2026-12-20T00:00:00Z" };
export const due = (id, more = {}) => ({
  id, dispute_id: `dispute-${id}`, case_code: `2026-${id}`, day: 7, due_on: "2026-11-22", overdue: false, place: "云岭村第1网格",
  house_hint: "村口第二家", category: "0901", excerpt: "水渠被堵", contacts: [PERSON], ...more,
});
export const SETTLED = { way: "visit", outcome: "settled", note: "" };

/** A phone of one worker with a PIN, its follow-ups and the office they come from. */
export async function worker({ pin = PIN, items = [due("f1"), due("f2")] } = {}) {
  const { store, name } = await phone();
  const vault = await openVault(store, { rounds: 1 });
  if (pin) await vault.setPin(pin);
  const time = { now: Date.parse(NOW) };
  const followUps = new FollowUps(store, vault, () => new Date(time.now));
  await followUps.belongTo(DEVICE);
  const given = { items, calls: 0, error: null };
  const transport = {
    followUps: async () => {
      given.calls += 1;
      if (given.error) throw given.error;
      return { server_time: NOW, items: given.items };
    },
  };
  const context = { store, vault, owner: "me", followUps, changed: () => {}, outbox: { flush: async () => {} } };
  return { store, name, vault, time, followUps, given, transport, context };
}

/** Every letter that lies in the phone's database in clear, and every seal behind the PIN. */
export async function kept(store) {
  const value = (await store.getReference("follow_ups"))?.value;
  return { text: JSON.stringify([value, await store.listReports()]), sealed: (value?.items ?? []).filter((one) => one.contacts).map((one) => one.id) };
}
