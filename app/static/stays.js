/* A form that is refused says so where it stands and keeps what was typed. Without this script the answer is a page of its own. */
"use strict";
(() => {
  const unclear = "Not confirmed: base does not answer. It is still here; press again, it counts once.";

  document.addEventListener("submit", async (event) => {
    const form = event.target;
    const place = form.closest("[data-stays]");
    if (event.defaultPrevented || form.method !== "post" || !place) return;
    event.preventDefault();
    if (form.dataset.sending !== undefined) return;
    form.dataset.sending = "";
    const wrong = await post(form, new FormData(form, event.submitter));
    delete form.dataset.sending;
    if (wrong) tell(form, wrong);
    else location.assign(place.dataset.stays + (form.elements.pane ? `?pane=${form.elements.pane.value}` : ""));
  });

  /* Why it was not taken; empty when it was. */
  async function post(form, body) {
    try {
      const answer = await fetch(form.action, { method: "POST", body, headers: { "X-Standby": "1" }, credentials: "same-origin" });
      return answer.ok ? "" : (await answer.json()).error;
    } catch {
      return unclear;
    }
  }

  function tell(form, wrong) {
    form.querySelector("[data-wrong]")?.remove();
    form.append(Object.assign(document.createElement("p"), { className: "late wide", role: "alert", textContent: wrong }));
    form.lastChild.dataset.wrong = "";
  }
})();
