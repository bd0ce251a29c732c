/* Proof that a page was on a screen that somebody could look at. It answers nothing: only a press does. */
"use strict";
(() => {
  const url = document.currentScript.dataset.shown;
  let said = false;

  function look() {
    if (said || document.visibilityState !== "visible") return;
    said = true;
    fetch(url, { method: "POST", headers: { "X-Standby": "1" }, credentials: "same-origin", keepalive: true }).catch(() => { said = false; });
  }

  document.addEventListener("visibilitychange", look);
  addEventListener("pointerdown", look, { passive: true });
  setTimeout(look, 1000);
})();
