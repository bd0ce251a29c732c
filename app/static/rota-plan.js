/* A draft's page while the planner works: asks each second whether there is something new, and counts seconds between. */
"use strict";
(() => {
  const EVERY = 1000;
  const AT_MOST = 10000;
  let wait = EVERY;
  let since = performance.now();

  const live = () => document.querySelector("[data-plan-live]");

  function count() {
    const clock = live()?.querySelector("[data-plan-clock]");
    if (clock) clock.textContent = Math.round(Number(live().dataset.seconds) + (performance.now() - since) / 1000);
  }

  async function ask() {
    const old = live();
    if (!old || old.dataset.state !== "running") return;
    try {
      const answer = await fetch(`${location.pathname}/live?seen=${encodeURIComponent(old.dataset.mark)}`, {
        headers: { "X-Standby": "1" },
        cache: "no-store",
      });
      if (answer.status === 200) {
        const mould = document.createElement("template");
        mould.innerHTML = await answer.text();
        Idiomorph.morph(old, mould.content.firstElementChild, { morphStyle: "outerHTML", restoreFocus: true });
        since = performance.now();
        if (live().dataset.state !== "running") say();
      }
      wait = answer.ok ? EVERY : Math.min(wait * 2, AT_MOST);
    } catch {
      wait = Math.min(wait * 2, AT_MOST);
    }
    setTimeout(ask, wait);
  }

  function say() {
    const voice = document.querySelector('[data-voice="polite"]');
    const words = live().querySelector(".plan-state b");
    if (voice && words) voice.textContent = words.textContent;
  }

  setInterval(count, 500);
  setTimeout(ask, EVERY);
})();
