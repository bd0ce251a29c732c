/* Forms that save themselves: only what changed, with a key that makes a repeat harmless; words stay on the page until base has them. */
"use strict";
(() => {
  const pause = 600;
  const answerWithin = 8000;
  const waits = [1000, 2000, 4000, 8000, 15000];
  const always = new Set(["csrf", "key", "version"]);

  function freshKey() {
    if (crypto.randomUUID) return crypto.randomUUID();
    return [...crypto.getRandomValues(new Uint8Array(16))].map((byte) => byte.toString(16).padStart(2, "0")).join("");
  }

  /* name -> every value it has now; an unticked box counts as "" so that taking a tick away is a change too. */
  function values(form) {
    const found = new Map();
    for (const control of form.elements) {
      if (!control.name || always.has(control.name) || control.type === "file" || control.disabled) continue;
      const off = (control.type === "checkbox" || control.type === "radio") && !control.checked;
      const given = control.tagName === "SELECT" ? [...control.selectedOptions].map((option) => option.value) : [control.value];
      found.set(control.name, [...(found.get(control.name) || []), ...(off ? [] : given)]);
    }
    return found;
  }

  const same = (one, other) => one !== undefined && one.length === other.length && one.every((value, place) => value === other[place]);

  function keep(form) {
    let saved = values(form); // what base is known to have
    let batch = null; // what is on its way: {key, fields}
    let sending = false;
    let failures = 0;
    let timer = 0;
    let leaving = false;

    const changed = () => new Map([...values(form)].filter(([name, now]) => !same(saved.get(name), now)));
    const unsaved = () => batch !== null || changed().size > 0;

    function packed({ key, fields }) {
      const post = new FormData();
      for (const name of ["csrf", "version"]) if (form.elements[name]) post.append(name, form.elements[name].value);
      post.append("key", key);
      for (const [name, given] of fields) for (const value of given.length ? given : [""]) post.append(name, value);
      return post;
    }

    function say(words, good) {
      for (const place of document.querySelectorAll("[data-saved]")) {
        if (!form.contains(place) && place.dataset.saved !== form.id) continue;
        place.classList.toggle("no", !good);
        if (place.textContent !== words) place.textContent = words;
      }
    }

    function later(millis) {
      clearTimeout(timer);
      timer = setTimeout(save, millis);
    }

    async function save() {
      clearTimeout(timer);
      if (sending || leaving) return;
      if (!batch) {
        const fields = changed();
        if (!fields.size) return;
        batch = { key: freshKey(), fields };
      }
      sending = true;
      try {
        await send();
        failures = 0;
      } catch (trouble) {
        failures += 1;
        say(trouble.sentence || "Not saved. Kept on this page; trying again", false);
        later(waits[Math.min(failures, waits.length) - 1]);
      } finally {
        sending = false;
      }
      if (!batch && changed().size) later(pause);
    }

    async function send() {
      const patience = new AbortController();
      const limit = setTimeout(() => patience.abort(), answerWithin);
      try {
        const answer = await fetch(form.dataset.autosave, {
          method: "POST", body: packed(batch), headers: { "X-Standby": "1", Accept: "application/json" },
          credentials: "same-origin", signal: patience.signal,
        });
        const json = answer.headers.get("content-type")?.includes("json");
        if (answer.status === 401 || answer.status === 403 || (answer.ok && !json))
          throw Object.assign(new Error("signed out"), { sentence: "Not saved. Sign in again in another window; your words stay here" });
        if (answer.status >= 500 || !json) throw new Error(`answer ${answer.status}`);
        take(await answer.json(), answer.ok);
      } finally {
        clearTimeout(limit);
      }
    }

    /* A refused field stays unsaved and is not sent again until somebody changes it. */
    function take(told, accepted) {
      const wrong = told.errors || {};
      for (const [name, given] of batch.fields) saved.set(name, given);
      settleDefaults(batch.fields, wrong);
      batch = null;
      if (told.version !== undefined && form.elements.version) form.elements.version.value = told.version;
      for (const [id, html] of Object.entries(told.fragments || {})) refresh(id, html);
      for (const place of form.querySelectorAll("[data-field]")) mark(place, wrong[place.dataset.field] || "");
      const refused = Object.keys(wrong).length > 0;
      const at = told.saved_at ? Date.parse(told.saved_at) : Standby.time.now();
      if (accepted && !refused) say(`Saved ${Standby.time.seconds(at)}`, true);
      else say(refused ? "Not all is saved. See the marked fields" : told.error || "Not saved. Base refused it; reload to see what it has", false);
      document.dispatchEvent(new CustomEvent("standby:saved", { detail: told }));
    }

    /* A control whose words base has is not "being written", so live.js may change the piece around it. */
    function settleDefaults(fields, wrong) {
      for (const control of form.elements) {
        if (!fields.has(control.name) || wrong[control.name]) continue;
        if (control.type === "checkbox" || control.type === "radio") control.defaultChecked = control.checked;
        else if (control.tagName === "SELECT") for (const option of control.options) option.defaultSelected = option.selected;
        else if (control !== document.activeElement) control.defaultValue = control.value;
      }
    }

    function refresh(id, html) {
      const place = document.getElementById(id);
      if (place && !place.contains(form) && !Standby.morph.busy(place)) Standby.morph.morph(place, html);
      Standby.time.tick();
    }

    function mark(place, sentence) {
      const err = place.querySelector(".err");
      if (!err) return;
      place.classList.toggle("bad", Boolean(sentence));
      err.hidden = !sentence;
      err.querySelector("[data-err]").textContent = sentence;
      const control = place.querySelector("input,select,textarea");
      if (!control) return;
      control.toggleAttribute("aria-invalid", Boolean(sentence));
      if (sentence) control.setAttribute("aria-invalid", "true");
      if (sentence && err.id) control.setAttribute("aria-describedby", err.id);
    }

    /* The page goes away: one last post that outlives it. Fields hold values, not steps, so a repeat does no harm. */
    function lastWords() {
      const fields = new Map([...(batch?.fields || []), ...changed()]);
      if (!fields.size || leaving) return;
      const post = packed({ key: freshKey(), fields });
      if (navigator.sendBeacon(form.dataset.autosave, post)) return;
      fetch(form.dataset.autosave, { method: "POST", body: post, keepalive: true, credentials: "same-origin" }).catch(() => {});
    }

    form.addEventListener("input", () => later(pause));
    form.addEventListener("change", () => later(pause));
    form.addEventListener("focusout", save);
    addEventListener("submit", (event) => { if (event.target === form && !event.defaultPrevented) leaving = true; });
    form.addEventListener("standby:leaving", () => { leaving = true; });
    addEventListener("online", () => { if (unsaved()) save(); });
    addEventListener("pagehide", lastWords);
    addEventListener("pageshow", () => { leaving = false; });
    addEventListener("beforeunload", (event) => {
      if (leaving || !unsaved()) return;
      save();
      event.preventDefault();
    });
  }

  for (const form of document.querySelectorAll("form[data-autosave]")) keep(form);
})();
