/* What the desk hears, made of plain tones; each sound is also words on the screen. */
"use strict";
window.Standby = window.Standby || {};

Standby.sound = (() => {
  /* [pitch in Hz, begins after s, lasts s]. */
  const tones = {
    call: [[587, 0, 0.16], [784, 0.2, 0.3]],
    page: [[740, 0, 0.22], [740, 0.32, 0.22]],
    check: [[880, 0, 0.25], [622, 0.28, 0.35]],
  };
  const every = { page: 30000, check: 30000 };
  const kept = "standby.sound";
  const note = document.querySelector("[data-sound-note]");
  const toggle = document.querySelector("[data-sound]");
  let wanted = localStorage.getItem(kept) !== "off";
  let context = null;
  let sounding = "";
  let repeat = 0;

  const running = () => context !== null && context.state === "running";

  function play(name) {
    const loudness = wanted ? 0.25 : 0;
    if (!running() || !loudness) return;
    for (const [pitch, after, lasts] of tones[name]) {
      const [voice, gain, from] = [context.createOscillator(), context.createGain(), context.currentTime + after];
      voice.frequency.value = pitch;
      gain.gain.setValueAtTime(0, from);
      gain.gain.linearRampToValueAtTime(loudness, from + 0.03);
      gain.gain.linearRampToValueAtTime(0, from + lasts);
      voice.connect(gain).connect(context.destination);
      voice.start(from);
      voice.stop(from + lasts + 0.05);
    }
  }

  /* Sounds at once and then again until the alarm is taken or over. */
  function alarm(name) {
    const next = every[name] ? name : "";
    if (next === sounding) return;
    sounding = next;
    clearInterval(repeat);
    if (!sounding) return;
    play(sounding);
    repeat = setInterval(() => play(sounding), every[sounding]);
  }

  function show() {
    if (note) note.hidden = !wanted || running();
    if (!toggle) return;
    toggle.hidden = wanted && !running();
    toggle.setAttribute("aria-pressed", String(wanted));
    toggle.setAttribute("aria-label", wanted ? "Sound is on" : "Sound is off");
    toggle.querySelector("[data-sound-words]").textContent = wanted ? "Sound on" : "Sound off";
  }

  /* Browsers stay silent until the person has pressed something. */
  async function unlock() {
    context = context || new AudioContext();
    if (context.state === "suspended") await context.resume();
    show();
    if (running() && sounding) play(sounding);
  }

  function firstTouch() {
    if (!running()) unlock();
  }

  addEventListener("keydown", firstTouch, { capture: true });
  addEventListener("pointerdown", firstTouch, { capture: true });
  toggle?.addEventListener("click", () => {
    wanted = !wanted;
    localStorage.setItem(kept, wanted ? "on" : "off");
    show();
    if (wanted) play("call");
  });
  show();

  return { play, alarm };
})();
