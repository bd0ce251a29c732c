/* Rows of the layer's form without a page load. Without it each button asks the server for the same. */
"use strict";
(() => {
  const form = document.querySelector("[data-layer]");
  if (!form) return;
  const line = form.querySelector(".turns-in");
  const turns = () => [...line.children];
  form.querySelector("[data-more]").hidden = true;

  line.addEventListener("click", (event) => {
    const button = event.target.closest("button[name=do]");
    const [, way] = (button && /^(up|down)-\d+$/.exec(button.value)) || [];
    if (!way) return;
    event.preventDefault();
    const turn = button.closest("li");
    const other = way === "up" ? turn.previousElementSibling : turn.nextElementSibling;
    if (!other) return;
    other[way === "up" ? "before" : "after"](turn);
    number();
    const again = turn.querySelector(`button[value^="${way}-"]`);
    (again.disabled ? turn.querySelector("button:not([disabled])") : again).focus();
  });

  /* Another empty place as soon as the last one of a turn is filled. */
  line.addEventListener("change", (event) => {
    const picker = event.target.closest("select");
    const people = picker && picker.closest(".turn-people");
    if (!people || !picker.value || people.lastElementChild !== picker || people.children.length >= 12) return;
    const next = picker.cloneNode(true);
    next.value = "";
    people.append(next);
    number();
  });

  function number() {
    turns().forEach((turn, place, all) => {
      turn.querySelector("legend").textContent = `Turn ${place + 1}`;
      turn.querySelectorAll("select").forEach((picker, seat) => {
        picker.name = `l${place}`;
        picker.id = `f-l${place}-${seat}`;
        picker.setAttribute("aria-label", `Turn ${place + 1}, person ${seat + 1}`);
      });
      turn.querySelectorAll("button[name=do]").forEach((button) => {
        const act = button.value.replace(/-\d+$/, "");
        button.value = `${act}-${place}`;
        button.disabled = (act === "up" && place === 0) || (act === "down" && place === all.length - 1);
        button.setAttribute("aria-label", act === "turn-off" ? `Remove turn ${place + 1}` : `Turn ${place + 1} ${act}`);
      });
    });
  }
})();
