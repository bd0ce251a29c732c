// Simulated handsets: keeps each phone's talk fresh, sends without leaving the page, and offers the likely answers.
(() => {
  "use strict";
  const board = document.querySelector("[data-handsets]");
  if (!board) return;
  const LINK = /https?:\/\/\S+/;

  const bubble = (said) => {
    const box = document.createElement("div");
    box.className = said.from === "phone" ? "bub me" : "bub";
    const link = said.text.match(LINK);
    if (!link) {
      box.textContent = said.text;
      return box;
    }
    const anchor = document.createElement("a");
    anchor.href = new URL(link[0]).pathname;
    anchor.target = "_blank";
    anchor.rel = "noopener";
    anchor.textContent = "Open the page";
    box.append(said.text.slice(0, link.index), anchor, said.text.slice(link.index + link[0].length));
    return box;
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
    const mark = JSON.stringify(handset.talk);
    if (card.dataset.mark === mark) return;
    card.dataset.mark = mark;
    const screen = card.querySelector("[data-talk]");
    const words = handset.talk.map(bubble);
    if (!words.length) words.push(Object.assign(document.createElement("p"), { className: "st", textContent: "No texts yet." }));
    screen.replaceChildren(...words);
    screen.scrollTop = screen.scrollHeight;
    card.querySelector("[data-quick]").replaceChildren(
      ...quickWords(handset.talk).map((text) => {
        const button = Object.assign(document.createElement("button"), { type: "button", className: "btn", textContent: text });
        button.addEventListener("click", () => send(card.querySelector("[data-say]"), text));
        return button;
      }),
    );
  };

  const pull = async () => {
    if (document.hidden) return;
    try {
      const answer = await fetch(board.dataset.handsets, { headers: { "X-Standby": "1" } });
      if (answer.ok) (await answer.json()).handsets.forEach(draw);
    } catch {
      // The server is away; the next look comes in two seconds.
    }
  };

  const send = async (form, text) => {
    await fetch(form.action, {
      method: "POST",
      headers: { "Content-Type": "application/json", "X-Standby": "1" },
      body: JSON.stringify({ text }),
    });
    pull();
  };

  board.addEventListener("submit", (event) => {
    const form = event.target.closest("[data-say]");
    if (!form) return;
    event.preventDefault();
    const field = form.elements.text;
    if (!field.value.trim()) return;
    send(form, field.value);
    field.value = "";
  });
  pull();
  setInterval(pull, 2000);
})();
