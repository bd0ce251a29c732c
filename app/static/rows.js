/* Rows that others change while a hand is on them: in place if they are quiet, behind the bar if they would move. */
"use strict";
window.Standby = window.Standby || {};

Standby.rows = (() => {
  const handRests = 2000; // a pointer that moved over the rows this lately is about to press
  const markLasts = 8000;
  const bar = document.querySelector("[data-newbar]");
  const heldBack = new Map(); // id -> newest html of a piece that somebody is writing in
  let order = [];
  let pointer = { box: null, at: -Infinity };

  const boxes = () => [...document.querySelectorAll("[data-rows]")];
  const boxOf = (id) => boxes().find((box) => id.startsWith(box.dataset.rows));
  const rowsOf = (box) => [...box.children].filter((row) => row.id);

  function underHand(box) {
    if (box.contains(document.activeElement)) return true;
    return pointer.box === box && performance.now() - pointer.at < handRests;
  }

  function apply(changes) {
    const news = { fresh: 0, changed: 0, same: 0, gone: 0, elsewhere: 0 };
    for (const [id, html] of Object.entries(changes.rows || {})) news[put(id, html)] += 1;
    for (const id of changes.gone || []) news.gone += leave(id);
    if (changes.order) {
      order = changes.order;
      for (const row of boxes().flatMap(rowsOf)) if (!order.includes(row.id)) news.gone += leave(row.id);
    }
    settle();
    if (news.fresh) Standby.sound.play("call");
    Standby.voice.say(spoken(news));
  }

  function put(id, html) {
    const there = document.getElementById(id);
    if (!there) return add(id, html);
    there.removeAttribute("data-gone");
    if (there.dataset.v && html.includes(`data-v="${there.dataset.v}"`)) return same(id, there);
    if (Standby.morph.busy(there)) {
      heldBack.set(id, html);
      there.dataset.held = "";
      return "changed";
    }
    heldBack.delete(id);
    mark(Standby.morph.morph(there, html));
    return "changed";
  }

  /* A board that is told as a whole, or once too often, changes nothing that a person sees. */
  function same(id, there) {
    heldBack.delete(id);
    there.removeAttribute("data-held");
    return "same";
  }

  function add(id, html) {
    const box = boxOf(id);
    const row = box && Standby.morph.made(html);
    if (!row) return "elsewhere";
    row.dataset.waits = rowsOf(box).some((other) => other.dataset.waits) ? "" : "first";
    if (!row.hasAttribute("tabindex")) row.tabIndex = -1;
    box.append(row);
    return id.startsWith("call-") ? "fresh" : "changed";
  }

  function mark(row) {
    if (!row.parentElement?.matches("[data-rows]")) return;
    row.classList.add("changed");
    setTimeout(() => row.classList.remove("changed"), markLasts);
  }

  function leave(id) {
    const row = document.getElementById(id);
    if (!row || row.dataset.gone !== undefined) return 0;
    heldBack.delete(id);
    row.dataset.gone = "";
    return 1;
  }

  function spoken({ fresh, changed, gone }) {
    const count = (n, words) => (n ? `${n} ${n === 1 ? words[0] : words[1]}. ` : "");
    return (count(fresh, ["new call", "new calls"]) + count(changed, ["row changed", "rows changed"])
      + count(gone, ["row left", "rows left"])).trim();
  }

  /* Whatever nobody holds goes where it belongs; the rest waits and is counted on the bar. */
  function settle() {
    for (const [id, html] of heldBack) release(id, html);
    for (const box of boxes()) if (!underHand(box)) arrange(box);
    showBar();
  }

  function release(id, html) {
    const there = document.getElementById(id);
    if (there && Standby.morph.busy(there)) return;
    heldBack.delete(id);
    if (!there) return;
    there.removeAttribute("data-held");
    mark(Standby.morph.morph(there, html));
  }

  const wantedOf = (box) => order.filter((id) => boxOf(id) === box).map((id) => document.getElementById(id)).filter(Boolean);

  function arrange(box) {
    const [active, scroller] = [document.activeElement, box.closest(".scroll")];
    const hand = box.contains(active) ? active.closest("[data-rows] > [id]") : null;
    const stood = hand?.getBoundingClientRect().top;
    for (const row of rowsOf(box)) {
      if (row.dataset.gone !== undefined && row !== hand) row.remove();
      delete row.dataset.waits;
    }
    wantedOf(box).forEach((row, place) => {
      const here = box.children[place];
      if (here !== row) box.insertBefore(row, here || null);
    });
    if (!hand) return;
    if (document.activeElement !== active) active.focus({ preventScroll: true });
    if (scroller) scroller.scrollTop += hand.getBoundingClientRect().top - stood;
  }

  function outOfOrder(box) {
    const wanted = wantedOf(box);
    return rowsOf(box).filter((row) => wanted.includes(row)).some((row, place) => row !== wanted[place]);
  }

  function showBar() {
    if (!bar) return;
    const waiting = document.querySelectorAll('[data-rows="call-"] > [data-waits]').length;
    const moved = boxes().some((box) => underHand(box) && outOfOrder(box));
    bar.hidden = !waiting && !moved;
    const words = waiting ? `${waiting} new ${waiting === 1 ? "call" : "calls"} below the line.` : "The order has changed.";
    const place = bar.querySelector("[data-newbar-words]");
    if (place.textContent !== words) place.textContent = words;
  }

  function bring() {
    for (const box of boxes()) arrange(box);
    showBar();
  }

  bar?.addEventListener("click", bring);
  document.addEventListener("focusout", () => setTimeout(settle));
  document.addEventListener("pointermove", (event) => {
    const box = event.target.closest?.("[data-rows]");
    if (box) pointer = { box, at: performance.now() };
  }, { passive: true });
  Standby.time.each(settle);

  return { apply, bring };
})();
