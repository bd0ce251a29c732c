/* The rota by keyboard: arrows go from shift to shift, H and L to the week before and after; and the print button. */
"use strict";
(() => {
  const writing = "input,select,textarea,[contenteditable]";
  const chart = document.querySelector("[data-rota]");
  const lettersOn = () => localStorage.getItem("standby.letters") !== "off";

  document.querySelector("[data-print]")?.addEventListener("click", () => print());

  function step(name) {
    document.querySelector(`[data-week="${name}"]`)?.click();
  }

  document.addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey || event.target.closest(writing)) return;
    const free = event.target === document.body || chart?.contains(event.target);
    const way = { h: "before", l: "after" }[event.key.toLowerCase()];
    if (!way || !free || !lettersOn()) return;
    event.preventDefault();
    step(way);
  });
  if (!chart) return;

  const lanes = () => [...chart.querySelectorAll("[data-lane]")];
  const barsOf = (lane) => [...lane.querySelectorAll("a.s")];
  const middle = (bar) => bar.offsetLeft + bar.offsetWidth / 2;

  /* One stop for Tab; the arrows do the rest. */
  function rest(bar) {
    for (const other of chart.querySelectorAll("a.s")) other.tabIndex = other === bar ? 0 : -1;
  }

  function go(bar) {
    if (!bar) return;
    rest(bar);
    bar.focus();
    bar.scrollIntoView({ block: "nearest", inline: "nearest" });
  }

  function nearest(bar, bars) {
    const at = middle(bar);
    return bars.reduce((best, one) => (!best || Math.abs(middle(one) - at) < Math.abs(middle(best) - at) ? one : best), null);
  }

  function upOrDown(bar, way) {
    const all = lanes();
    for (let n = all.indexOf(bar.closest("[data-lane]")) + way; n >= 0 && n < all.length; n += way) {
      const found = nearest(bar, barsOf(all[n]));
      if (found) return found;
    }
    return null;
  }

  const moves = {
    ArrowLeft: (bar, own) => own[own.indexOf(bar) - 1],
    ArrowRight: (bar, own) => own[own.indexOf(bar) + 1],
    ArrowUp: (bar) => upOrDown(bar, -1),
    ArrowDown: (bar) => upOrDown(bar, 1),
    Home: (bar, own) => own[0],
    End: (bar, own) => own[own.length - 1],
  };

  chart.addEventListener("keydown", (event) => {
    const bar = event.target.closest("a.s");
    const move = moves[event.key];
    if (!bar || !move || event.ctrlKey || event.metaKey || event.altKey) return;
    event.preventDefault();
    go(move(bar, barsOf(bar.closest("[data-lane]"))));
  });
  chart.addEventListener("focusin", (event) => {
    const bar = event.target.closest("a.s");
    if (bar) rest(bar);
  });

  const line = chart.querySelector(".nowl");
  const first = chart.querySelector("a.s");
  if (line) {
    const box = chart.closest("[data-scroll]");
    box.scrollLeft = line.offsetLeft - box.clientWidth / 3;
  }
  if (first) rest(line ? nearest(line, [...chart.querySelectorAll("a.s")]) : first);
})();
