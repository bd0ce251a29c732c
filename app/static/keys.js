/* The keyboard of the desk: letters act while a row has the focus; those that change nothing also while nothing has it. All
   can be switched off. */
"use strict";
(() => {
  const kept = "standby.letters";
  const help = document.querySelector("[data-keys-help]");
  const writing = "input,select,textarea,[contenteditable]";
  const pressable = "a,button,summary,label";
  let last = null; // the row that had the focus last

  const boxes = () => [...document.querySelectorAll("[data-rows]")];
  const rowsOf = (box) => [...box.children].filter((row) => row.id && row.offsetParent !== null);
  const rowOf = (element) => element?.closest?.("[data-rows] > [id]") || null;
  const lettersOn = () => localStorage.getItem(kept) !== "off";

  function select(row) {
    for (const other of rowsOf(row.parentElement)) {
      const is = other === row;
      other.tabIndex = is ? 0 : -1;
      other.classList.toggle("sel", is);
      other.setAttribute("aria-selected", String(is));
    }
    last = row;
  }

  function go(row) {
    if (!row) return;
    row.focus();
    row.scrollIntoView({ block: "nearest" });
  }

  function move(step) {
    const row = rowOf(document.activeElement);
    if (!row) return go(last?.isConnected ? last : boxes().flatMap(rowsOf)[0]);
    const rows = rowsOf(row.parentElement);
    go(rows[rows.indexOf(row) + step]);
  }

  function pane(place) {
    const rows = boxes()[place] ? rowsOf(boxes()[place]) : [];
    go(rows.find((row) => row.tabIndex === 0) || rows[0]);
  }

  function open(row) {
    (row.querySelector("[data-open]") || row.querySelector("a[href]"))?.click();
  }

  /* A closed button is not pressed but focused, so that the reason beside it is read. */
  function press(letter, row) {
    const wanted = `[data-key="${CSS.escape(letter)}"]`;
    const target = [row, document.querySelector(".drawer"), document.getElementById("rail"), document]
      .map((place) => place?.querySelector(wanted)).find((found) => found && !found.hidden);
    if (!target) return false;
    if (target.getAttribute("aria-disabled") === "true") target.focus();
    else target.click();
    return true;
  }

  function back() {
    const menu = document.querySelector("details.menu[open]");
    if (menu) {
      menu.open = false;
      return menu.querySelector("summary").focus();
    }
    const close = document.querySelector("[data-close]");
    const row = last?.isConnected ? last : null;
    if (row && document.activeElement.matches(writing)) return go(row); // words in a field are not thrown away by one key
    return close ? close.click() : go(row);
  }

  function command() {
    const line = document.querySelector("[data-cmd]");
    line?.focus();
    return Boolean(line);
  }

  function showHelp() {
    const before = document.activeElement;
    help.showModal();
    help.addEventListener("close", () => before?.isConnected && before.focus(), { once: true });
  }

  /* Keys that print nothing work wherever nobody is writing. */
  function plainKey(key, row) {
    const free = row || (document.activeElement === document.body && boxes().length > 0);
    if (free && (key === "ArrowDown" || key === "ArrowUp")) return move(key === "ArrowDown" ? 1 : -1) ?? true;
    if (key === "Enter" && row && document.activeElement === row) return open(row) ?? true;
    return false;
  }

  const harmless = new Set(["j", "k", "/", "?", "n"]);

  function letterKey(key, row) {
    const free = document.activeElement === document.body && boxes().length > 0 && harmless.has(key);
    if (!(row || free) || !lettersOn()) return false;
    if (key === "j" || key === "k") return move(key === "j" ? 1 : -1) ?? true;
    if (key === "/") return command();
    if (key === "?") return showHelp() ?? true;
    if (key === "1" || key === "2") return press(key, row) || (pane(Number(key) - 1) ?? true);
    return press(key, row);
  }

  document.addEventListener("keydown", (event) => {
    if (help.open || event.isComposing) return;
    if ((event.ctrlKey || event.metaKey) && event.key.toLowerCase() === "k") return command() && event.preventDefault();
    if (event.ctrlKey || event.metaKey || event.altKey) return undefined;
    if (event.key === "Escape") return back();
    if (event.target.matches(writing)) return undefined;
    const row = rowOf(document.activeElement);
    const key = event.key.length === 1 ? event.key.toLowerCase() : event.key;
    if (plainKey(key, row) || letterKey(key, row)) event.preventDefault();
    return undefined;
  });

  document.addEventListener("focusin", (event) => {
    const row = rowOf(event.target);
    if (row) select(row);
  });

  document.addEventListener("click", (event) => {
    const row = rowOf(event.target);
    if (row && !event.target.closest(`${pressable},${writing}`) && !String(getSelection())) open(row);
    for (const menu of document.querySelectorAll("details.menu[open]")) if (!menu.contains(event.target)) menu.open = false;
  });

  for (const button of document.querySelectorAll("[data-help]")) button.addEventListener("click", showHelp);
  help.querySelector("[data-close-help]").addEventListener("click", () => help.close());
  const letters = help.querySelector("[data-letters]");
  letters.checked = lettersOn();
  letters.addEventListener("change", () => localStorage.setItem(kept, letters.checked ? "on" : "off"));

  const first = document.querySelector('[data-rows] > [aria-selected="true"]') || boxes().flatMap(rowsOf)[0];
  if (first) first.tabIndex = 0;
  if (first?.getAttribute("aria-selected") === "true" && document.activeElement === document.body) go(first);
})();
