/**
 * Runs in the page before the app does: tells when the screen said that all is saved, and at a step that was asked for
 * stops the page dead, in a debugger, until the harness has struck.
 */
(() => {
  let awaited = "";
  let left = 0;
  const faults = {
    said: 0,
    arm(step, passes) {
      [awaited, left] = [step, passes];
    },
    async until(isSo, milliseconds = 60_000) {
      const end = performance.now() + milliseconds;
      while (!(await isSo())) {
        if (performance.now() > end) return false;
        await new Promise((resolve) => setTimeout(resolve, 15));
      }
      return true;
    },
    /** What the phone holds, opened, but for what is `known` to be received. */
    async held(known) {
      const store = await (await import("/static/field/store.js")).openStore();
      const vault = await (await import("/static/field/vault.js")).openVault(store);
      const rows = [];
      for (const { id, kind, state, digest, problem, receipt, sealed } of await store.listReports()) {
        if (known.includes(id)) continue;
        const content = sealed && (await vault.open(sealed)); // pruned after its receipt: nothing to read any more
        const blobs = (await store.blobsOf(id)).map((blob) => ({ id: blob.id, sha256: blob.sha256, state: blob.state, problem: blob.problem }));
        rows.push({ id, kind, state, digest, problem, receipt, text: content && ((kind === "report" ? content.summary : content.note) ?? ""), blobs });
      }
      await store.close();
      return rows;
    },
  };
  globalThis.faults = faults;

  function reach(step) {
    if (step !== awaited || left-- > 0) return;
    awaited = "";
    debugger; // the page stands still here until it is killed or let go
  }

  /** What a write is about, from what it writes. */
  function stepOf(store, row) {
    if (store === "blobs") return { waiting: "save photo", received: "receive photo" }[row?.state];
    if (store !== "reports") return undefined;
    if (row.state === "waiting") return row.tries === 0 && !row.problem ? "submit" : "again";
    return { draft: "save", received: "receive" }[row.state];
  }

  const steps = new WeakMap();
  const begin = IDBDatabase.prototype.transaction;
  IDBDatabase.prototype.transaction = function (...given) {
    const transaction = begin.apply(this, given);
    if (given[1] === "readwrite") transaction.addEventListener("complete", () => (steps.get(transaction) ?? []).forEach((step) => reach(`${step}, written`)));
    return transaction;
  };
  const put = IDBObjectStore.prototype.put;
  IDBObjectStore.prototype.put = function (...given) {
    const step = stepOf(this.name, given[0]);
    if (!step) return put.apply(this, given);
    steps.set(this.transaction, [...(steps.get(this.transaction) ?? []), step]);
    reach(`${step}, before`);
    const asked = put.apply(this, given);
    reach(`${step}, in the transaction`);
    return asked;
  };

  addEventListener("input", () => {
    faults.typed = faults.said; // an earlier save may have been told of until now; what is told later holds this too
    reach("type, before");
  }, true);
  addEventListener("input", () => reach("type, after"));
  new MutationObserver((changes) => {
    const isLine = (node) => node instanceof Element && node.classList.contains("saved-line") && node.textContent.startsWith("已保存");
    if (changes.some(({ target }) => isLine(target))) faults.said += 1;
  }).observe(document, { childList: true, subtree: true });
})();
