/* The intake page: two keys, and what somebody else saved meanwhile appears where nobody is writing. */
"use strict";
(() => {
  const form = document.getElementById("intake");
  const drawn = form.querySelector("[data-was]");
  const stood = drawn ? JSON.parse(drawn.value) : [{}, {}, []];

  addEventListener("keydown", (event) => {
    if (event.isComposing || document.querySelector("dialog[open]")) return;
    const pressed = event.key === "Escape" ? "[data-leave]" : event.key === "Enter" && (event.ctrlKey || event.metaKey) ? "[data-send]" : "";
    const button = pressed && document.querySelector(pressed);
    if (!button) return;
    event.preventDefault();
    button.click();
  });

  /* name -> all that was written here: what base holds of it is no news from somebody else */
  const mine = new Map();
  form.addEventListener("input", ({ target }) => mine.set(target.name, (mine.get(target.name) || new Set()).add(target.value)));

  const writing = (control) => control === document.activeElement;

  function take(name, before, now) {
    const control = form.elements[name];
    if (!control || control instanceof RadioNodeList || before === now || control.value === now) return;
    if (control.value === before && !writing(control)) control.value = control.defaultValue = now;
    else if (!mine.get(name)?.has(now)) warn(control, `Saved meanwhile: “${now || "nothing"}”. Yours replaces it.`);
  }

  function warn(control, sentence) {
    const err = control.closest("[data-field]")?.querySelector(".err");
    if (!err) return;
    err.hidden = false;
    err.querySelector("[data-err]").textContent = sentence;
  }

  function choose(name, before, now) {
    const radios = [...form.querySelectorAll(`input[type=radio][name="${CSS.escape(name)}"]`)];
    const chosen = radios.find((radio) => radio.checked)?.value ?? "";
    if (before === now || chosen !== before || radios.some(writing)) return;
    for (const radio of radios) radio.checked = radio.defaultChecked = radio.value === now;
  }

  /* What base holds now. A field that this person did not touch shows it; one that they did is theirs. */
  document.addEventListener("standby:saved", ({ detail }) => {
    if (!detail.stands) return;
    const [words, answers] = detail.stands;
    for (const [name, now] of Object.entries(words)) {
      take(name, stood[0][name] ?? "", now);
      choose(name, stood[0][name] ?? "", now);
    }
    for (const [code, now] of Object.entries(answers)) choose(`q_${code}`, stood[1][code] ?? "", now);
    [stood[0], stood[1], stood[2]] = detail.stands;
  });

  /* Before a call is on the board nothing is saved: words that stand here are lost only when somebody says so. */
  const written = () => [...form.elements].some((control) => control.matches("textarea,input:not([type=hidden],[type=radio],[type=checkbox])") && control.value.trim());
  let sent = false;
  addEventListener("submit", ({ target }) => { sent ||= target === form; });
  addEventListener("pageshow", () => { sent = false; });
  addEventListener("beforeunload", (event) => { if (!form.dataset.autosave && !sent && written()) event.preventDefault(); });

  /* The hidden field changes only as the form leaves: changed earlier, it would count as something to save. */
  form.addEventListener("submit", () => { if (drawn) drawn.value = JSON.stringify(stood); });
})();
