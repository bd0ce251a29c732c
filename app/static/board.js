/* The board's drawer, its forms and its command line: pieces fetched from base, each act the same POST as without scripts. */
"use strict";
(() => {
  const { live, morph, time, voice } = Standby;
  const home = document.querySelector("[data-drawer-home]");
  const line = document.querySelector("[data-line]");
  const input = line.querySelector("[data-cmd]");
  const echo = line.querySelector("[data-echo]");
  const answerWithin = 8000;
  const echoAfter = 120;
  const textsEvery = 5000; // a text that arrives is no fact of the incident, so nothing tells of it
  const teamsEvery = 60000; // shifts begin and end without a word
  const narrow = matchMedia("(max-width:47.5em)");
  const drawer = () => document.getElementById("drawer");

  async function reach(url, options = {}) {
    const patience = new AbortController();
    const limit = setTimeout(() => patience.abort(), answerWithin);
    try {
      return await fetch(url, {
        credentials: "same-origin", cache: "no-store", signal: patience.signal, ...options,
        headers: { "X-Standby": "1", ...options.headers },
      });
    } finally {
      clearTimeout(limit);
    }
  }

  /* the drawer */
  async function open(href, { focus = "" } = {}) {
    const url = new URL(href, location.href);
    try {
      const answer = await reach(`${url.pathname}/drawer${url.search}`);
      if (!answer.ok) return say((await answer.json()).error, true);
      show(await answer.text());
    } catch {
      return say("Base does not answer. The call was not opened; try again.", true);
    }
    const now = drawer();
    history.replaceState(null, "", `/board?call=${now.dataset.ref}&pane=${now.dataset.pane}`);
    if (narrow.matches) now.scrollIntoView();
    if (focus) (now.querySelector(focus) || now.querySelector("h2")).focus();
    return true;
  }

  function show(html) {
    const [there, made] = [drawer(), morph.made(html)];
    if (there && there.dataset.ref === made.dataset.ref && there.dataset.pane === made.dataset.pane) morph.morph(there, html);
    else if (there) there.replaceWith(made);
    else home.append(made);
    time.tick();
  }

  function close() {
    const ref = drawer()?.dataset.ref;
    drawer()?.remove();
    history.replaceState(null, "", "/board");
    document.getElementById(`call-${ref}`)?.focus();
  }

  /* Somebody changed the call: the drawer follows, unless somebody writes in it; then it says so and waits. */
  async function again() {
    const there = drawer();
    if (!there) return;
    if (morph.busy(there) || there.querySelector("details[open]")) {
      there.querySelector(".in-d").dataset.old = "";
      return;
    }
    try {
      const answer = await reach(`${there.dataset.url}/again?pane=${there.dataset.pane}`);
      if (answer.ok && drawer() === there && !morph.busy(there)) show(await answer.text());
    } catch { /* the header says that base is away */ }
  }

  new MutationObserver((changes) => {
    const id = `call-${drawer()?.dataset.ref}`;
    const mine = changes.some((change) => change.target.id === id || [...change.removedNodes].some((node) => node.id === id));
    if (mine) again();
  }).observe(document.querySelector('[data-rows="call-"]'), { subtree: true, childList: true, attributeFilter: ["data-v", "data-gone"] });
  setInterval(() => { if (!document.hidden && drawer()?.dataset.pane === "comms") again(); }, textsEvery);
  setInterval(() => { if (!document.hidden) live.pull().catch(() => {}); }, teamsEvery);
  document.addEventListener("toggle", (event) => {
    const opened = event.target;
    if (opened.matches?.(".act[open]")) opened.querySelector("form select,form textarea,form input:not([type=hidden])")?.focus();
    else if (opened.matches?.(".act") && drawer()?.querySelector(".in-d").dataset.old !== undefined) again();
  }, true);

  document.addEventListener("click", (event) => {
    if (event.ctrlKey || event.metaKey || event.shiftKey || event.altKey || event.button) return;
    const link = event.target.closest("a[data-open],a[data-drawer],a[data-close]");
    if (!link) return;
    event.preventDefault();
    if (link.matches("[data-close]")) return void close();
    const same = drawer()?.dataset.ref === new URL(link.href).pathname.split("/").pop();
    const keyed = document.activeElement?.matches("[data-rows] > [id]");
    if (link.dataset.key === "d") return void open(link.href, { focus: "[data-first]" });
    if (link.matches("[data-open]") && same && keyed) return void (drawer().querySelector("[data-first]") || drawer().querySelector("h2")).focus();
    return void open(link.href);
  });

  /* A board that opens with a call in the drawer begins at that call: Enter goes on to who to send. */
  if (drawer() && document.activeElement === document.body) document.getElementById(`call-${drawer().dataset.ref}`)?.focus({ preventScroll: true });
  if (drawer() && narrow.matches) drawer().scrollIntoView();

  const log = document.getElementById("log");
  log.scrollTop = log.scrollHeight;

  /* acts */
  document.addEventListener("submit", async (event) => {
    const form = event.target;
    if (event.defaultPrevented || form.method !== "post" || !form.closest("#drawer,#rail,[data-line]")) return;
    event.preventDefault();
    const post = new FormData(form, event.submitter);
    if (form === line && !input.value.trim()) return;
    if (form.dataset.sending !== undefined) return;
    form.dataset.sending = "";
    try {
      const answer = await reach(form.action, { method: "POST", body: post });
      const told = await answer.json();
      if (answer.ok) await done(form, told.said);
      else say(told.error, true, form);
    } catch {
      say("Not confirmed: base does not answer. It is still here; press again, it counts once.", true, form);
    } finally {
      delete form.dataset.sending;
    }
  });

  async function done(form, said) {
    for (const opened of form.closest("#drawer")?.querySelectorAll("details[open]") || []) opened.open = false;
    form.reset();
    say(said || "Done.", false);
    if (form === line) finish();
    await live.pull().catch(() => {});
    const pane = form.elements.pane?.value;
    const there = drawer();
    if (!there) return;
    if (form.closest("#drawer") && pane && pane !== there.dataset.pane) await open(`/incidents/${there.dataset.ref}?pane=${pane}`);
    else await again();
  }

  function say(words, bad, form) {
    const banner = form?.closest("#drawer")?.querySelector("[data-drawer-said]");
    if (banner) {
      banner.hidden = false;
      banner.querySelector("span").textContent = words;
      banner.scrollIntoView({ block: "nearest" });
      return;
    }
    echo.className = `echo ${bad ? "no" : "done"}`;
    echo.textContent = words;
    if (bad) voice.say(words);
  }

  /* the command line: notes stay on the page until Enter, for they may hold a person's words */
  let timer = 0;
  let asked = 0;
  let last = "";

  const withoutNotes = (text) => text.split("|").map((piece) => piece.split(";")[0]).join("|");

  async function ask() {
    const mine = ++asked;
    const text = withoutNotes(input.value).trim();
    if (!text) {
      echo.textContent = "";
      return;
    }
    try {
      const answer = await reach(`/board/echo?c=${encodeURIComponent(text)}`);
      const told = await answer.json();
      if (mine !== asked) return;
      echo.className = `echo${told.ok ? "" : " no"}`;
      echo.textContent = told.ok ? `Enter: ${told.words}` : told.words || told.error || "";
    } catch {
      if (mine === asked) echo.textContent = "Base does not answer.";
    }
  }

  function finish() {
    asked += 1;
    clearTimeout(timer);
    line.elements.key.value = fresh();
  }

  const fresh = () => [...crypto.getRandomValues(new Uint8Array(10))].map((byte) => byte.toString(16).padStart(2, "0")).join("");

  input.addEventListener("input", () => {
    clearTimeout(timer);
    timer = setTimeout(ask, echoAfter);
  });
  line.addEventListener("submit", () => { last = input.value.trim() || last; });

  document.addEventListener("keydown", (event) => {
    const free = !event.target.matches("input,select,textarea") && !event.ctrlKey && !event.metaKey && !event.altKey;
    if (event.key !== "." || !free || !last || !event.target.closest("[data-rows] > [id]") || localStorage.getItem("standby.letters") === "off") return;
    input.value = last;
    input.focus();
    ask();
    event.preventDefault();
  });
})();
