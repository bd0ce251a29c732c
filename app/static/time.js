/* Time as the server has it: one clock for the page, and every running time on it. */
"use strict";
window.Standby = window.Standby || {};

Standby.time = (() => {
  const told = (name) => document.querySelector(`meta[name="standby-${name}"]`)?.content;
  const zone = told("zone") || "UTC";
  const atLoad = performance.getEntriesByType("navigation")[0]?.responseStart || 0;
  const begun = Date.parse(told("now") ?? "");
  let ahead = (Number.isNaN(begun) ? Date.now() - performance.now() + atLoad : begun) - atLoad;

  const parts = new Intl.DateTimeFormat("en-GB", {
    timeZone: zone, hour: "2-digit", minute: "2-digit", second: "2-digit", hourCycle: "h23",
  });
  const now = () => ahead + performance.now();
  const seconds = (instant) => parts.format(instant);
  const minutes = (instant) => parts.format(instant).slice(0, 5);

  /* The answer was written about halfway between the ask and its arrival. */
  function correct(iso, asked) {
    const said = Date.parse(iso);
    if (!Number.isNaN(said)) ahead = said - (asked + performance.now()) / 2;
  }

  const two = (n) => String(n).padStart(2, "0");

  function run(millis) {
    const s = Math.floor(Math.abs(millis) / 1000);
    const [days, hours, mins] = [Math.floor(s / 86400), Math.floor((s % 86400) / 3600), Math.floor((s % 3600) / 60)];
    if (days) return hours ? `${days} d ${hours} h` : `${days} d`;
    return hours ? `${hours}:${two(mins)}:${two(s % 60)}` : `${mins}:${two(s % 60)}`;
  }

  const looks = ["over", "late", "soon"];
  const spoken = { late: " late", over: " overdue" };

  function lookOf(timer, reached) {
    return looks.find((look) => timer.dataset[look] !== undefined && reached(Number(timer.dataset[look]) * 1000)) || "";
  }

  function draw(timer, at) {
    const due = timer.dataset.due !== undefined;
    const millis = due ? Date.parse(timer.dataset.due) - at : at - Date.parse(timer.dataset.since);
    if (Number.isNaN(millis)) return;
    const look = lookOf(timer, (limit) => (due ? millis <= limit : millis >= limit));
    const worded = timer.dataset.words !== undefined && (!due || millis <= 0);
    const text = run(due ? millis : Math.max(millis, 0)) + ((worded && spoken[look]) || "");
    if (timer.textContent !== text) timer.textContent = text;
    for (const one of looks) timer.classList.toggle(one, one === look);
  }

  function drawClock(clock, at) {
    const text = seconds(at);
    const small = clock.querySelector("small");
    clock.firstChild.nodeValue = text.slice(0, 5);
    if (small) small.textContent = text.slice(5);
  }

  const watchers = [];

  function tick() {
    const at = now();
    for (const timer of document.querySelectorAll("[data-due],[data-since]")) draw(timer, at);
    for (const clock of document.querySelectorAll("[data-clock]")) drawClock(clock, at);
    for (const watch of watchers) watch();
  }

  /* Hidden pages get no animation frames, and a board behind another window must still sound: so a plain timer. */
  function loop() {
    tick();
    setTimeout(loop, 1000 - (now() % 1000) + 5);
  }
  loop();

  return { now, seconds, minutes, run, correct, tick, each: (watch) => watchers.push(watch), ahead: () => ahead };
})();
