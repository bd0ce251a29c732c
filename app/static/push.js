/* Turns notices on in this browser: asks the person, asks the browser for an address, and hands it to the site. */
"use strict";
(() => {
  const box = document.querySelector("[data-push]");
  if (!box) return;
  const turn = box.querySelector("[data-push-on]");
  const said = box.querySelector("[data-push-said]");
  const csrf = box.dataset.csrf;
  const say = (words) => { said.textContent = words; };

  const can = "serviceWorker" in navigator && "PushManager" in window && "Notification" in window;
  if (!can) {
    turn.hidden = true;
    say(/iPhone|iPad/.test(navigator.userAgent)
      ? "On an iPhone, put Standby on the home screen first: Share, then Add to Home Screen. Open it from there."
      : "This browser takes no notices. Use a current one.");
    return;
  }
  turn.addEventListener("click", async () => {
    turn.disabled = true;
    try {
      say(await on());
    } catch (fault) {
      say(fault.sentence || "That did not work. Reload the page and try again.");
    } finally {
      turn.disabled = false;
    }
  });

  async function on() {
    if (await Notification.requestPermission() !== "granted") {
      return "This browser may not show notices. Allow them for this site in its settings, then try again.";
    }
    await navigator.serviceWorker.register("/sw.js");
    const there = await navigator.serviceWorker.ready;
    const { key } = await asked("/push/key");
    const wanted = bytes(key);
    let mine = await there.pushManager.getSubscription();
    if (mine && !same(mine.options.applicationServerKey, wanted)) {
      await mine.unsubscribe();
      mine = null;
    }
    mine = mine || await there.pushManager.subscribe({ userVisibleOnly: true, applicationServerKey: wanted });
    const { endpoint, keys } = mine.toJSON();
    await asked("/push/subscribe", new URLSearchParams({ endpoint, p256dh: keys.p256dh, auth: keys.auth }));
    return "A test is on its way. When it is shown, this browser counts. Then load this page again.";
  }

  async function asked(path, body) {
    const answer = await fetch(path, {
      method: body ? "POST" : "GET",
      headers: { "X-Standby": "1", "X-CSRF": csrf },
      body,
    });
    if (answer.status === 204) return {};
    const given = await answer.json().catch(() => ({}));
    if (!answer.ok) throw { sentence: given.error };
    return given;
  }

  const bytes = (text) => Uint8Array.from(atob(text.replace(/-/g, "+").replace(/_/g, "/")), (one) => one.charCodeAt(0));
  const same = (one, other) => {
    const left = new Uint8Array(one || []);
    return left.length === other.length && left.every((byte, at) => byte === other[at]);
  };
})();
