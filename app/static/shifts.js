/* Ask for cover: the button counts those who are ticked. Without this it says so without a number. */
"use strict";
(() => {
  const button = document.querySelector("[data-count]");
  const form = button?.form;
  if (!form || !form.querySelector("input[name=person]:not([disabled])")) return;

  function count() {
    const number = form.querySelectorAll("input[name=person]:checked").length;
    const people = number === 1 ? "person" : "people";
    button.textContent = number ? `Ask ${number} ${people}` : "Tick whom to ask";
  }

  form.addEventListener("change", count);
  count();
})();
