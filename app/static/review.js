/* Words of a review that were typed and not sent hold the page: J, K and Enter must not throw them away. */
"use strict";
(() => {
  let sending = false;
  const forms = [...document.querySelectorAll("form[data-words]")];
  const typed = () => forms.some((form) => [...form.querySelectorAll("textarea")].some((area) => area.value !== area.defaultValue));
  addEventListener("submit", () => { sending = true; });
  addEventListener("pageshow", () => { sending = false; });
  addEventListener("beforeunload", (event) => { if (!sending && typed()) event.preventDefault(); });
})();
