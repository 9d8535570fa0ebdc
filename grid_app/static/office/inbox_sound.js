// @ts-check
/** Two short tones for a new red reminder, switched on by a person on this device; made here, from no file. */

const KEPT = "inbox-sound";
const TONES = [[880, 0], [660, 0.18]];
const SECONDS = 0.16;
const LOUDNESS = 0.25;
const ON = "声音提醒:开";
const OFF = "声音提醒:关";
const HINTS = {
  on: "有新的红色提醒时响两声。",
  off: "打开后,有新的红色提醒时响两声;只在这台设备上。",
  waiting: "浏览器要求:每次打开本页后,先点一下页面任意处,声音才会响。",
  missing: "这个浏览器放不出声音。",
};

/** @param {HTMLElement} stage */
export function startSound(stage) {
  const sound = new Sound();
  const box = Object.assign(document.createElement("div"), { className: "button-row" });
  const button = Object.assign(document.createElement("button"), { type: "button", className: "button button-secondary" });
  const hint = Object.assign(document.createElement("span"), { className: "hint" });
  box.append(button, hint);
  const show = () => {
    button.textContent = sound.isOn ? ON : OFF;
    button.setAttribute("aria-pressed", String(sound.isOn));
    hint.textContent = HINTS[sound.state()];
  };
  button.addEventListener("click", async () => {
    sound.set(!sound.isOn);
    await sound.wake();
    if (sound.isOn) sound.ring();
    show();
  });
  for (const gesture of ["pointerdown", "keydown"]) {
    addEventListener(gesture, () => void (sound.isOn && sound.wake().then(show)), { passive: true });
  }
  show();
  stage.after(box);
  return sound;
}

export class Sound {
  constructor() {
    /** @type {AudioContext | undefined} */
    this.context = undefined;
    this.isOn = kept() === "1";
  }

  /** @returns {keyof typeof HINTS} */
  state() {
    if (typeof AudioContext === "undefined") return "missing";
    if (!this.isOn) return "off";
    return this.context?.state === "running" ? "on" : "waiting";
  }

  /** @param {boolean} isOn */
  set(isOn) {
    this.isOn = isOn;
    try {
      localStorage.setItem(KEPT, isOn ? "1" : "0");
    } catch {
      // kept for as long as the page is open
    }
  }

  /** Makes the sound ready; a browser lets this happen only right after a person touched the page. */
  async wake() {
    if (typeof AudioContext === "undefined") return;
    this.context ??= new AudioContext();
    await this.context.resume();
  }

  ring() {
    document.dispatchEvent(new CustomEvent("inbox-rings", { detail: this.isOn }));
    const context = this.context;
    if (!this.isOn || context?.state !== "running") return;
    for (const [pitch, after] of TONES) {
      const begin = context.currentTime + after;
      const [tone, volume] = [context.createOscillator(), context.createGain()];
      tone.frequency.value = pitch;
      volume.gain.setValueAtTime(LOUDNESS, begin);
      volume.gain.exponentialRampToValueAtTime(0.001, begin + SECONDS);
      tone.connect(volume).connect(context.destination);
      tone.start(begin);
      tone.stop(begin + SECONDS);
    }
  }
}

function kept() {
  try {
    return localStorage.getItem(KEPT);
  } catch {
    return null;
  }
}
