// @ts-check
/** The rows the phone keeps; see store.js for what is done with them. */

/** @typedef {"draft" | "waiting" | "received" | "attention"} State */
/** @typedef {{code: string, sentence: string, fields: Record<string, string>}} Problem */
/** @typedef {{signature: string, received_at: string, case_code: string, tracking_code: string, warning?: string}} Receipt */
/** @typedef {"report" | "return" | "visit"} Kind what of: a dispute, a screening round, a follow-up */
/** @typedef {import("./vault.js").Sealed} Sealed */
/**
 * @typedef {object} ReportRow
 * @property {string} id
 * @property {Kind} kind
 * @property {State} state
 * @property {string} owner id of the account that wrote it
 * @property {string} created_at RFC 3339
 * @property {string} saved_at RFC 3339
 * @property {Sealed | null} sealed the content as it is handed over; of a draft, what its screen keeps; null when it lies at the office alone
 * @property {string} digest of the content as it was handed over; "" for a draft
 * @property {number} tries
 * @property {number} next_at milliseconds since 1970; 0 is at once
 * @property {Problem | null} problem
 * @property {Receipt | null} receipt
 * @property {boolean} danger
 * @property {Sealed | null} title_sealed
 * @property {string | null} [confirmed_at] since when the office has said, each time it was asked, that it holds this
 * @property {Note | null} [note] what comparing with the office found, when there is something to tell
 * @property {string | null} [noted_at] since when
 * @property {Receipt | null} [first_receipt] of a report that went a second time
 */
/** @typedef {"missing" | "differs" | "settled" | "resent"} Note the first two are gaps; `settled` is one that the office has looked into */
/**
 * What is kept for good of a report that has left the phone: the proof that the office had it.
 * @typedef {object} KeptReceipt
 * @property {string} id
 * @property {ReportRow["kind"]} kind
 * @property {string} owner
 * @property {string} created_at
 * @property {string} digest
 * @property {string} signature
 * @property {string} received_at
 * @property {string} case_code
 */
/**
 * @typedef {object} BlobRow
 * @property {string} id
 * @property {string} report_id
 * @property {"photo" | "voice"} kind
 * @property {string} type
 * @property {number} bytes
 * @property {number} [seconds] how long a voice note is
 * @property {string} sha256
 * @property {Sealed | null} sealed null once received
 * @property {number} sent bytes the server has told it holds
 * @property {"waiting" | "received" | "attention"} state
 * @property {number} tries
 * @property {number} next_at
 * @property {Problem | null} problem
 */
/** @typedef {{value: any, etag: string}} Reference */

export {};
