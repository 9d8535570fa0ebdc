// @ts-check
/** Why the phone could not save, as a sentence for the person. */

const SENTENCES = {
  full: "手机存储空间满了,刚才的改动还没有存进去,内容还在屏幕上,之前保存的都还在。请先不要关掉本页,删掉一些照片或不用的应用;腾出来就会自动存好。",
  closed: "手机的存储被浏览器关掉了,刚才的改动还没有存进去,内容还在屏幕上。请先不要关掉本页,再存一次。",
  sent: "这一件已经提交,不能再改;已提交的内容都在。请回到列表看它的状态。",
  broken: "手机没能存下刚才的改动,内容还在屏幕上。请先不要关掉本页,再存一次;还不行就联网提交,或者把文字复制出来。",
};

/** What kept the phone from saving; nothing of the failed write was stored. */
export class StoreError extends Error {
  /** @param {keyof typeof SENTENCES} kind @param {unknown} [cause] */
  constructor(kind, cause) {
    super(SENTENCES[kind], { cause });
    this.name = "StoreError";
    this.kind = kind;
    this.sentence = SENTENCES[kind];
    this.isFinal = kind === "sent";
  }
}

/** The error of a transaction as one of ours. @param {unknown} error */
export function storeError(error) {
  if (error instanceof StoreError) return error;
  const name = error instanceof Error || error instanceof DOMException ? error.name : "";
  if (name === "QuotaExceededError") return new StoreError("full", error);
  return new StoreError(name === "InvalidStateError" ? "closed" : "broken", error);
}
