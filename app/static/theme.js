/* Day, night or as the device has it: kept in a cookie, so that the server paints the right ground at once. */
"use strict";
(() => {
  const root = document.documentElement;
  const year = 31536000;
  root.classList.add("js");

  function choose(theme) {
    if (theme === "auto") root.removeAttribute("data-theme");
    else root.dataset.theme = theme;
    const secure = location.protocol === "https:" ? "; secure" : "";
    document.cookie = `theme=${theme}; path=/; max-age=${year}; samesite=lax${secure}`;
    show();
  }

  function show() {
    const theme = root.dataset.theme || "auto";
    for (const button of document.querySelectorAll("[data-theme-set]"))
      button.setAttribute("aria-pressed", String(button.dataset.themeSet === theme));
  }

  document.addEventListener("click", (event) => {
    const button = event.target.closest("[data-theme-set]");
    if (button) choose(button.dataset.themeSet);
  });
  show();
})();
