/* The page keeps itself true: a hint on the socket or a heartbeat, then one pull of what changed since our number. */
"use strict";
window.Standby = window.Standby || {};

Standby.live = (() => {
  const { time, rows, sound, voice } = Standby;
  const { live: changesUrl, pulse: pulseUrl } = document.body.dataset;
  const beatEvery = 4000; // so that the age of the last word stays below `slowAfter` while all is well
  const slowAfter = 5000;
  const staleAfter = 8000;
  const answerWithin = 4000;
  const waits = [1000, 2000, 4000, 8000, 15000];

  let seq = Number(document.body.dataset.seq);
  let trueAt = performance.getEntriesByType("navigation")[0]?.responseStart || 0; // when we last knew ourselves current
  let failures = 0;
  let nextTry = 0;
  let timer = 0;
  let pulling = null;
  let askedAgain = false;
  let house;

  /* JSON or nothing: a sign-in page that comes instead of an answer is a lost session, not news. */
  async function ask(url) {
    const patience = new AbortController();
    const limit = setTimeout(() => patience.abort(), answerWithin);
    try {
      const answer = await fetch(url, {
        headers: { "X-Standby": "1", Accept: "application/json" },
        credentials: "same-origin", cache: "no-store", signal: patience.signal,
      });
      const json = answer.headers.get("content-type")?.includes("json");
      signedOut(answer.status === 401 || answer.status === 403 || (answer.ok && !json));
      if (!answer.ok || !json) throw new Error(`answer ${answer.status}`);
      return await answer.json();
    } finally {
      clearTimeout(limit);
    }
  }

  function pull() {
    if (pulling) {
      askedAgain = true;
      return pulling;
    }
    pulling = pullAll().finally(() => { pulling = null; });
    return pulling;
  }

  async function pullAll() {
    do {
      askedAgain = false;
      const asked = performance.now();
      const changes = await ask(`${changesUrl}?after=${seq}`);
      time.correct(changes.now, asked);
      seq = changes.seq;
      trueAt = asked;
      show(changes);
    } while (askedAgain);
  }

  function show(changes) {
    rows.apply(changes);
    for (const [name, count] of Object.entries(changes.counts || {}))
      for (const place of document.querySelectorAll(`[data-count="${name}"]`)) place.textContent = count;
    if (changes.counts?.alarms !== undefined) entitle(changes.counts.alarms);
    for (const id of ["rail", "log"]) if (changes[id]) replace(id, changes[id]);
    time.tick();
  }

  function replace(id, html) {
    const place = document.getElementById(id);
    if (!place) return;
    const atEnd = place.scrollHeight - place.scrollTop - place.clientHeight < 8;
    const after = Standby.morph.morph(place, html);
    if (id === "log" && atEnd) after.scrollTop = after.scrollHeight;
    if (id === "rail") heed(after);
  }

  /* Only the rail interrupts a screen reader, and its running clock must not: so its one sentence is said apart. */
  function heed(rail) {
    const { say = "", tone, taken } = rail.dataset;
    if (rail.dataset.alarm) voice.alarm(say);
    sound.alarm(tone && taken === undefined ? tone : "");
  }

  function entitle(alarms) {
    const bare = document.title.replace(/^\(\d+\) /, "");
    document.title = alarms ? `(${alarms}) ${bare}` : bare;
  }

  async function beat() {
    clearTimeout(timer);
    const [asked, had] = [performance.now(), seq];
    try {
      const word = await ask(pulseUrl);
      time.correct(word.now, asked);
      if (word.seq < had) location.reload(); // the journal began anew behind us, as when the demo starts again
      else if (word.seq > seq || (house !== undefined && word.house !== house)) await pull();
      else trueAt = Math.max(trueAt, asked);
      house = word.house; // holes of the rota and a late worker come without a word in the journal
      failures = 0;
    } catch {
      failures += 1;
    }
    later(failures ? waits[Math.min(failures, waits.length) - 1] * (0.8 + 0.4 * Math.random()) : beatEvery);
    paint();
  }

  function later(millis) {
    clearTimeout(timer);
    nextTry = performance.now() + millis;
    timer = setTimeout(beat, millis);
  }

  const pill = document.querySelector("[data-pill]");
  const top = document.querySelector("[data-top]");
  const words = document.querySelector("[data-notlive]");
  let shown = "";

  function state(old) {
    if (old < slowAfter) return "live";
    if (!navigator.onLine) return "offline";
    return old < staleAfter ? "slow" : "stale";
  }

  /* Called each second: how old is what this page shows, and does it say so. */
  function paint() {
    const old = performance.now() - trueAt;
    const is = state(old);
    const since = time.seconds(time.now() - old);
    pill.dataset.c = is;
    put(pill, { live: "Live", slow: `Slow, ${Math.floor(old / 1000)} s`, stale: `Stale since ${since}`, offline: `Offline since ${since}` }[is]);
    const lost = is === "stale" || is === "offline";
    if (lost) put(words.querySelector("[data-seen]"), since);
    if (lost) put(words.querySelector("[data-old]"), length(old));
    if (lost) put(words.querySelector("[data-next]"), soonest());
    words.hidden = !lost;
    top.classList.toggle("hatched", lost);
    document.querySelector(".board")?.classList.toggle("stale", lost);
    if (lost !== (shown === "lost")) voice.say(lost ? `Not live. You see ${since}.` : shown ? "Live again." : "");
    shown = lost ? "lost" : "live";
  }

  function put(place, text) {
    if (place.textContent !== text) place.textContent = text;
  }

  function length(millis) {
    const s = Math.floor(millis / 1000);
    return s < 60 ? `${s} s` : `${Math.floor(s / 60)} min ${s % 60} s`;
  }

  function soonest() {
    const s = Math.max(0, Math.ceil((nextTry - performance.now()) / 1000));
    return `. Trying again in ${s} s, try ${failures + 1}`;
  }

  function signedOut(is) {
    words.querySelector("[data-signin]").hidden = !is;
  }

  function connect() {
    const socket = io({
      path: "/socket.io", transports: ["websocket", "polling"], tryAllTransports: true,
      reconnectionDelay: 1000, reconnectionDelayMax: 15000, randomizationFactor: 0.2, timeout: 5000,
    });
    socket.on("connect", beat);
    socket.on("seq", (word) => { if (word.seq > seq) pull().catch(() => later(1000)); });
    return socket;
  }

  const socket = connect();

  function now() {
    socket.connect();
    beat();
  }

  addEventListener("online", now);
  addEventListener("pageshow", (event) => { if (event.persisted) now(); });
  document.addEventListener("visibilitychange", () => { if (!document.hidden) now(); });
  document.querySelector("[data-try]").addEventListener("click", now);
  time.each(paint);
  const rail = document.getElementById("rail");
  if (rail) heed(rail);
  paint();
  later(beatEvery);

  return { pull, beat: now };
})();
