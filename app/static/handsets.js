// Simulated handsets: keeps each phone's talk and calls fresh, sends without leaving the page, offers the likely answers.
(() => {
  "use strict";
  const board = document.querySelector("[data-handsets]");
  if (!board) return;
  const LINK = /https?:\/\/\S+/;

  const bubble = (said) => {
    const box = document.createElement("div");
    box.className = said.from === "phone" ? "bub me" : "bub";
    fill(box, said);
    if (said.by) box.append(Object.assign(document.createElement("small"), { className: "by", textContent: `by ${said.by}` }));
    return box;
  };

  const fill = (box, said) => {
    const link = said.text.match(LINK);
    if (!link) {
      box.textContent = said.text;
      return;
    }
    const anchor = document.createElement("a");
    anchor.href = new URL(link[0]).pathname;
    anchor.target = "_blank";
    anchor.rel = "noopener";
    anchor.textContent = "Open the page";
    box.append(said.text.slice(0, link.index), anchor, said.text.slice(link.index + link[0].length));
  };

  const STATES = { ringing: "Ringing: Standby", talking: "On the phone" };

  const drawCall = (card, call) => {
    const box = card.querySelector("[data-call]");
    const mark = JSON.stringify(call);
    if (!call || box.dataset.mark === mark) return;
    box.dataset.mark = mark;
    const part = (name) => box.querySelector(`[data-${name}]`);
    box.hidden = false;
    box.dataset.state = call.state;
    part("ring").textContent = STATES[call.state] || call.end;
    part("pick").hidden = call.state !== "ringing";
    part("keys").hidden = part("hang").hidden = call.state !== "talking";
    part("typed").textContent = call.typed;
    const words = part("words");
    words.hidden = !call.said.length;
    if (words.childElementCount !== call.said.length) {
      words.replaceChildren(...call.said.map(bubble));
      words.scrollTop = words.scrollHeight;
    }
  };

  const drawProvider = (one) => {
    const line = document.querySelector(`[data-provider="${one.name}"]`);
    if (!line) return;
    const seen = line.querySelector("[data-seen]");
    if (seen.textContent !== one.seen) seen.textContent = one.seen;
    for (const button of line.querySelectorAll("button")) button.setAttribute("aria-pressed", String(button.value === one.does));
  };

  const quickWords = (talk) => {
    const last = talk.filter((said) => said.from === "standby").at(-1);
    const code = last && last.text.match(/\b(\d{4,6})\b/);
    if (!code) return [];
    const answered = talk.some((said) => said.from === "phone" && said.text.startsWith(code[1]));
    return (answered ? ["GO", "HERE", "WITH", "OK", "DONE"] : ["Y 15", "N far"]).map((word) => `${code[1]} ${word}`);
  };

  const draw = (handset) => {
    const card = document.getElementById(`hs-${handset.person}`);
    if (!card) return;
    drawCall(card, handset.calls.at(-1));
    const mark = JSON.stringify(handset.talk);
    if (card.dataset.mark === mark) return;
    card.dataset.mark = mark;
    drawTalk(card.querySelector("[data-talk]"), handset.talk);
    drawQuick(card, quickWords(handset.talk));
  };

  /* What stands there already stays there: a screen reader then hears the new text alone. */
  const drawTalk = (screen, talk) => {
    const had = [...screen.querySelectorAll(".bub")];
    const is = talk.map((said) => JSON.stringify(said));
    const kept = had.findIndex((_, from) => had.slice(from).every((box, n) => box.dataset.said === is[n]));
    const stay = kept < 0 ? 0 : had.length - kept;
    screen.querySelector(".st")?.remove();
    for (const box of had.slice(0, had.length - stay)) box.remove();
    for (const said of talk.slice(stay)) {
      const box = bubble(said);
      box.dataset.said = JSON.stringify(said);
      screen.append(box);
    }
    if (!talk.length) screen.append(Object.assign(document.createElement("p"), { className: "st", textContent: "No texts yet." }));
    screen.scrollTop = screen.scrollHeight;
  };

  const drawQuick = (card, offered) => {
    const place = card.querySelector("[data-quick]");
    if ([...place.children].map((button) => button.textContent).join() === offered.join()) return;
    place.replaceChildren(
      ...offered.map((text) => {
        const button = Object.assign(document.createElement("button"), { type: "button", className: "btn", textContent: text });
        button.addEventListener("click", () => post(card.querySelector("[data-say]"), { text }));
        return button;
      }),
    );
  };

  /* The phone that rings may lie below the edge of the window: a line that moves nothing leads there. */
  const rings = document.querySelector("[data-rings]");
  const drawRings = (ringing) => {
    const mark = ringing.map((handset) => handset.person).join();
    if ((rings.dataset.mark || "") === mark) return;
    rings.dataset.mark = mark;
    rings.hidden = !ringing.length;
    const links = ringing.map((one) => Object.assign(document.createElement("a"), { className: "btn", href: `#hs-${one.person}`, textContent: one.name }));
    rings.replaceChildren("Rings now: ", ...links);
  };

  const pull = async () => {
    if (document.hidden) return;
    try {
      const answer = await fetch(board.dataset.handsets, { headers: { "X-Standby": "1" } });
      if (!answer.ok) return;
      const told = await answer.json();
      told.handsets.forEach(draw);
      told.providers.forEach(drawProvider);
      drawRings(told.handsets.filter((handset) => handset.calls.at(-1)?.state === "ringing"));
    } catch {
      // The server is away; the next look comes in two seconds.
    }
  };

  /* Was it taken? If not, the sentence says why, and what was typed stays. */
  const post = async (form, given) => {
    let wrong = "The demo does not answer. Try again.";
    try {
      const answer = await fetch(form.action, {
        method: "POST",
        headers: { "Content-Type": "application/json", "X-Standby": "1" },
        body: JSON.stringify(given),
      });
      wrong = answer.ok ? "" : (await answer.json()).error;
    } catch {
      // The server is away, and the sentence says so.
    }
    const place = form.closest("[data-person], [data-trouble]").querySelector("[data-wrong]");
    place.textContent = wrong;
    place.hidden = !wrong;
    pull();
    return !wrong;
  };

  document.addEventListener("submit", async (event) => {
    const pressed = event.submitter;
    const form = event.target.closest("[data-say], [data-pick], [data-keys], [data-hang], [data-does]");
    if (!form) return;
    event.preventDefault();
    if (!form.matches("[data-say]")) {
      if (pressed) post(form, { [pressed.name]: pressed.value });
      return;
    }
    const field = form.elements.text;
    const text = field.value;
    if (!text.trim()) return;
    field.value = "";
    if (!(await post(form, { text }))) field.value ||= text;
  });
  pull();
  setInterval(pull, 2000);
})();
