/* Shows our notices, says that they were seen, and opens what they lead to. It keeps nothing and answers no request of
   a page, so a fault in it costs a notice and never a page. */
"use strict";

const PLAIN = { title: "Standby", body: "A message waits for you. Open it.", tag: "standby", url: "/", seen: "" };

self.addEventListener("install", () => self.skipWaiting());
self.addEventListener("activate", (event) => event.waitUntil(self.clients.claim()));

self.addEventListener("push", (event) => event.waitUntil(show(read(event.data))));

self.addEventListener("notificationclick", (event) => {
  event.notification.close();
  const notice = event.notification.data || PLAIN;
  event.waitUntil(Promise.all([say(notice.seen, "opened"), open(notice.url)]));
});

/* A browser that gets a push and shows nothing loses the right to get more: what cannot be read is shown plain. */
function read(data) {
  try {
    const given = data.json();
    const words = Object.entries(PLAIN).map(([name, plain]) => [name, typeof given[name] === "string" ? given[name] : plain]);
    return Object.fromEntries(words);
  } catch {
    return PLAIN;
  }
}

/* Without an icon: a browser fetches it first, and waits for minutes while our house hangs. */
async function show(notice) {
  await self.registration.showNotification(notice.title, {
    body: notice.body,
    tag: notice.tag,
    /* The same page again rings again, in the first one's place. */
    renotify: true,
    requireInteraction: true,
    data: notice,
  });
  await say(notice.seen, "shown");
}

/* As well as can be: without a network it is not said, and the next channel begins a little earlier. */
async function say(seen, said) {
  if (!seen) return;
  try {
    await fetch("/push/seen", {
      method: "POST",
      credentials: "omit",
      keepalive: true,
      body: new URLSearchParams({ seen, said }),
    });
  } catch {
    /* Offline. */
  }
}

/* Only ever a page of ours, whatever the notice says. */
async function open(url) {
  const there = new URL(url, self.location.origin);
  if (there.origin !== self.location.origin) there.href = self.location.origin;
  const windows = await self.clients.matchAll({ type: "window", includeUncontrolled: true });
  const same = windows.find((one) => one.url === there.href);
  if (same) return same.focus();
  return self.clients.openWindow(there.href);
}
