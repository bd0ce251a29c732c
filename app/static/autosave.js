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
    const saved = values(form); // what base is known to have
    const refused = new Map(); // what base would not take; not sent again until somebody changes it
    let batch = null; // what is on its way: {key, fields}
    let sending = false;
    let failures = 0;
    let timer = 0;
    let leaving = false;

    const changed = () => new Map([...values(form)].filter(([name, now]) => !same(saved.get(name), now)));
    const unsaved = () => batch !== null || changed().size > 0;
    const sendable = () => new Map([...changed()].filter(([name, now]) => !same(refused.get(name), now)));

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
        const fields = sendable();
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
      if (!batch && sendable().size) later(pause);
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
        if (!json || answer.status >= 500 || answer.status === 429) throw new Error(`answer ${answer.status}`);
        const told = await answer.json();
        if (answer.status === 401 || answer.status === 403) throw Object.assign(new Error("shut out"), { sentence: `Not saved. ${told.error}` });
        take(told, answer.ok);
      } finally {
        clearTimeout(limit);
      }
    }

    /* One wrong field may have stopped the whole batch: then only that one is held back and the others go again. */
    function take(told, accepted) {
      const wrong = told.errors || told.fields || {};
      const none = Object.keys(wrong).length === 0;
      for (const [name, given] of batch.fields) {
        if (wrong[name] || (!accepted && none)) refused.set(name, given);
        else if (accepted) saved.set(name, given);
        if (accepted || wrong[name]) mark(name, wrong[name] || "");
      }
      if (accepted) settleDefaults(batch.fields, wrong);
      batch = null;
      if (told.version !== undefined && form.elements.version) form.elements.version.value = told.version;
      for (const [id, html] of Object.entries(told.fragments || {})) refresh(id, html);
      const at = told.saved_at ? Date.parse(told.saved_at) : Standby.time.now();
      const held = [...changed()].some(([name, now]) => same(refused.get(name), now));
      if (accepted && !held) say(`Saved ${Standby.time.seconds(at)}`, true);
      else say(none && !accepted ? `Not saved. ${told.error}` : "Not all is saved. See the marked fields", false);
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

    function mark(name, sentence) {
      const place = form.querySelector(`[data-field="${CSS.escape(name)}"]`);
      const err = place?.querySelector(".err");
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

    /* Another form of the page is sent: our words go first, or the browser would ask whether to lose them. */
    function goFirst(event) {
      if (event.defaultPrevented || !unsaved()) return;
      event.preventDefault();
      const { target, submitter } = event;
      document.addEventListener("standby:saved", () => { if (!unsaved()) target.requestSubmit(submitter); }, { once: true });
      save();
    }

    form.addEventListener("input", () => later(pause));
    form.addEventListener("change", () => later(pause));
    form.addEventListener("focusout", save);
    addEventListener("submit", (event) => {
      if (event.target !== form) goFirst(event);
      else if (!event.defaultPrevented) leaving = true;
    });
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
