/* What a screen reader hears: one polite summary at most every five seconds; only an alarm interrupts. */
"use strict";
window.Standby = window.Standby || {};

Standby.voice = (() => {
  const quietFor = 5000;
  const polite = document.querySelector('[data-voice="polite"]');
  const alarmed = document.querySelector('[data-voice="alarm"]');
  let waiting = [];
  let spokeAt = -Infinity;
  let timer = 0;

  function say(words) {
    if (!words || waiting.includes(words)) return;
    waiting.push(words);
    clearTimeout(timer);
    timer = setTimeout(speak, Math.max(0, spokeAt + quietFor - performance.now()));
  }

  function speak() {
    spokeAt = performance.now();
    polite.textContent = waiting.slice(-4).join(" ");
    waiting = [];
  }

  function alarm(words) {
    if (alarmed.textContent !== words) alarmed.textContent = words;
  }

  return { say, alarm };
})();
