// @ts-check
/** The shapes that the screens share; no code. */

/** @typedef {"same_household" | "other_household" | "unrelated"} Relation */

/**
 * What a draft holds: the names of the form `dispute/2`, still incomplete, and `tile` and `unrelated`, which stay on the phone.
 * @typedef {object} Values
 * @property {string} form
 * @property {string} captured_at
 * @property {string} summary
 * @property {string} [tile]
 * @property {string} [category]
 * @property {boolean} [danger]
 * @property {boolean} [safety_child]
 * @property {boolean} [safety_present]
 * @property {string} [channel]
 * @property {string} [village_code]
 * @property {string} [phone_village]
 * @property {number} [lon]
 * @property {number} [lat]
 * @property {string} [crs]
 * @property {number} [accuracy_m]
 * @property {string} [place_text]
 * @property {string} [organisation]
 * @property {string} [project]
 * @property {string} [household_band]
 * @property {string} [band_status]
 * @property {string} [since_when]
 * @property {string} [household]
 * @property {Record<string, string>[]} [parties]
 * @property {string} [link_to]
 * @property {Relation} [link_relation]
 * @property {string[]} [unrelated] ids of the hints that were said to be another matter
 */

/** @typedef {{id: string, kind: "photo" | "voice", type: string, bytes: number, sha256: string}} Attachment */

/** @typedef {{tile: string, code: string, label: string, hint: string, is_family: boolean}} Tile */
/** @typedef {{id: string, category: string, village_code: string, lon: number | null, lat: number | null, since: string, excerpt: string, organisation?: string}} Nearby */
/** @typedef {{id: string, category: string, excerpt: string}} Entry */
/** @typedef {{division_code: string, name: string, rounds: string[], due: string, answered: boolean, entries: Entry[]}} Round */
/** @typedef {{id: string, case_code: string, tracking_code: string, state_word: string, place: string, category?: string, lon?: number | null, lat?: number | null, excerpt: string, received_at: string}} OwnReport */
/** @typedef {{code: string, word: string}} Way */

/**
 * What the office gives the phone to work with.
 * @typedef {object} Bundle
 * @property {string} form
 * @property {string} server_time
 * @property {{id: string, name: string, role: string, role_word: string, unit: string}} account
 * @property {string} home_village
 * @property {string} villages_url
 * @property {Tile[]} tiles
 * @property {Round[]} rounds
 * @property {OwnReport[]} own_reports
 * @property {Nearby[]} nearby
 * @property {{name: string, phone: string, sms: string}} duty
 * @property {{id: string, spki: string}} office_key
 * @property {Way[]} ways
 */

export {};
