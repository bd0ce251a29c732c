/* Tables of rows: all rows travel as one value, so that two devices never mix the cells of one table. */
"use strict";
(() => {
  const rowsAtMost = 40;

  /* Loaded before autosave.js, which from then on sees one hidden field instead of many cells. */
  function keep(box) {
    const whole = box.querySelector("input[type=hidden]");
    whole.disabled = false;

    const lines = () => [...box.querySelectorAll("[data-line]")];
    const cells = (line) => [...line.querySelectorAll("[data-cell]")];

    function collect() {
      const rows = lines().map((line) => Object.fromEntries(cells(line).map((cell) => [cell.dataset.cell, cell.value])));
      whole.value = JSON.stringify(rows.filter((row) => Object.values(row).some((value) => value.trim())));
    }

    function add() {
      const all = lines();
      if (all.length > rowsAtMost) return;
      const line = all[all.length - 1].cloneNode(true);
      line.setAttribute("aria-label", `Row ${all.length + 1}`);
      for (const cell of cells(line)) {
        cell.removeAttribute("name");
        cell.value = "";
        cell.defaultValue = "";
      }
      all[all.length - 1].after(line);
      cells(line)[0].focus();
    }

    for (const cell of lines().flatMap(cells)) cell.removeAttribute("name");
    collect();
    box.addEventListener("input", collect);
    box.addEventListener("change", collect);
    box.querySelector("[data-add-line]").addEventListener("click", add);
  }

  for (const box of document.querySelectorAll("[data-lines]")) keep(box);
})();
