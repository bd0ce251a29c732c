/* Changing a piece of the page under a person's hands: keep the focus, the selection and every word not yet sent. */
"use strict";
window.Standby = window.Standby || {};

Standby.morph = (() => {
  const ownedByPage = new Set(["tabindex", "aria-selected", "open", "data-waits", "data-gone"]);

  const writing = "input:not([type=hidden]),select,textarea,[contenteditable]";

  function made(html) {
    const mould = document.createElement("template");
    mould.innerHTML = html;
    return mould.content.firstElementChild;
  }

  function edited(control) {
    if (control.type === "hidden" || control.type === "submit" || control.type === "button") return false;
    if (control.type === "checkbox" || control.type === "radio") return control.checked !== control.defaultChecked;
    if (control.tagName === "SELECT") {
      const given = [...control.options].findIndex((option) => option.defaultSelected);
      return control.selectedIndex !== Math.max(given, control.options.length ? 0 : -1);
    }
    return control.value !== control.defaultValue;
  }

  /* Somebody is writing in it, or has written and not sent. */
  function busy(element) {
    const active = document.activeElement;
    if (element.contains(active) && active.matches(writing)) return true;
    return [...element.querySelectorAll("input,select,textarea")].some(edited);
  }

  function morph(element, html) {
    const selected = element.classList.contains("sel");
    const wanted = made(html);
    if (!wanted) return element;
    Idiomorph.morph(element, wanted, {
      morphStyle: "outerHTML",
      ignoreActiveValue: Boolean(document.activeElement?.matches(writing)), // it would also pass over the children of a focused row
      restoreFocus: true,
      callbacks: { beforeAttributeUpdated: (name) => !ownedByPage.has(name) },
    });
    const after = document.getElementById(wanted.id) || element;
    if (selected) after.classList.add("sel");
    return after;
  }

  return { made, busy, morph };
})();
