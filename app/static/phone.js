/* The phone page: one press is one ask, said plainly whether base has it; it refreshes by itself. */
"use strict";
(() => {
  const answerWithin = 10000;
  const pulseEvery = 5000;
  const said = document.querySelector("[data-said]");
  const instead = document.body.dataset.textInstead;
  let sending = false;

  function say(words) {
    said.hidden = !words;
    said.querySelector("[data-said-words]").textContent = words;
    if (words) said.scrollIntoView({ block: "nearest" });
  }

  function noAnswer(form) {
    const words = form.dataset.textInstead || instead || "Text";
    say(`No answer from base. ${words} or call.`);
  }

  /* The same key goes out again on a second press, so base does it once however often the signal fails. */
  async function send(form, button) {
    const words = button?.innerHTML;
    const body = new FormData(form);
    if (button?.name) body.append(button.name, button.value);
    sending = true;
    if (button) {
      button.setAttribute("aria-busy", "true");
      button.textContent = "Sending…";
    }
    say("");
    try {
      const answer = await posted(form, body);
      if (answer.status >= 500) throw new Error(`answer ${answer.status}`);
      form.dispatchEvent(new Event("standby:leaving"));
      if (answer.ok) location.assign(answer.url);
      else whole(form, button);
    } catch {
      noAnswer(form);
      if (button) {
        button.removeAttribute("aria-busy");
        button.innerHTML = words;
      }
      sending = false;
    }
  }

  /* A refusal is a page of its own: post once more, plainly, and let base say it whole. */
  function whole(form, button) {
    form.dataset.plain = "";
    form.requestSubmit(button?.type === "submit" ? button : undefined);
  }

  async function posted(form, body) {
    const patience = new AbortController();
    const limit = setTimeout(() => patience.abort(), answerWithin);
    try {
      return await fetch(form.action, { method: "POST", body, credentials: "same-origin", signal: patience.signal });
    } finally {
      clearTimeout(limit);
    }
  }

  document.addEventListener("submit", (event) => {
    const form = event.target;
    if (event.defaultPrevented || form.method !== "post" || form.enctype === "multipart/form-data") return;
    if ("plain" in form.dataset) return;
    event.preventDefault();
    if (!sending) send(form, event.submitter);
  });

  /* Freshness: ask for the number, and only when it moved fetch this page again and change it in place. */
  let seq = document.body.dataset.seq;
  let silentSince = 0;

  async function pulse() {
    const url = document.body.dataset.pulse;
    if (!url || document.hidden || sending) return;
    const asked = performance.now();
    try {
      const answer = await fetch(url, { headers: { "X-Standby": "1", Accept: "application/json" }, credentials: "same-origin", cache: "no-store" });
      if (answer.status === 401 || answer.status === 403) return say(`You are signed out. Sign in again. ${instead ? `${instead} or call.` : ""}`.trim());
      if (!answer.ok) throw new Error(`answer ${answer.status}`);
      const word = await answer.json();
      Standby.time.correct(word.now, asked);
      if (String(word.seq) !== seq) await refresh(String(word.seq));
      if (silentSince) say("");
      silentSince = 0;
    } catch {
      silentSince = silentSince || Standby.time.now();
      say(`No signal since ${Standby.time.minutes(silentSince)}. What you see may be old. ${instead ? `${instead} or call.` : ""}`.trim());
    }
    return undefined;
  }

  async function refresh(newest) {
    const page = document.getElementById("phone");
    if (Standby.morph.busy(page) || document.querySelector("dialog[open]")) return;
    const answer = await fetch(location.href, { credentials: "same-origin", cache: "no-store" });
    if (!answer.ok) throw new Error(`answer ${answer.status}`);
    if (answer.redirected) return location.assign(answer.url);
    const fresh = new DOMParser().parseFromString(await answer.text(), "text/html").getElementById("phone");
    if (!fresh || sending) return;
    Standby.morph.morph(page, fresh.outerHTML);
    seq = newest;
    Standby.time.tick();
  }

  setInterval(pulse, pulseEvery);
  document.addEventListener("visibilitychange", pulse);
  addEventListener("online", pulse);
})();
