// What a page does when script is on: live parts, the countdown, keys, signing with a key of this browser, passkeys.
// Every page works without it. Nothing is fetched from elsewhere.
"use strict";

// Live parts: when the office says that something changed, the page is fetched anew and its live parts are replaced.
// A part that somebody is typing in, or has open, is left alone.
(() => {
  const parts = () => [...document.querySelectorAll("[data-live]")];
  if (!("follows" in document.body.dataset) || !parts().length || !window.EventSource) return;
  let busy = false, again = false;
  const busyWith = (part) => part.contains(document.activeElement) && part !== document.activeElement || part.querySelector("details[open]");
  async function refresh() {
    if (busy) { again = true; return; }
    busy = true;
    try {
      const answer = await fetch(location.href, { headers: { accept: "text/html" }, credentials: "same-origin" });
      if (!answer.ok) return;
      const fresh = new DOMParser().parseFromString(await answer.text(), "text/html");
      for (const part of parts()) {
        const next = fresh.querySelector(`[data-live="${part.dataset.live}"]`);
        if (next && next.outerHTML !== part.outerHTML && !busyWith(part)) part.replaceWith(document.importNode(next, true));
      }
      countDown();
      // A page that has other parts now is another page: an order that left, say.
      const names = (root) => [...root.querySelectorAll("[data-live]")].map((one) => one.dataset.live).join();
      if (names(fresh) !== names(document) && !document.querySelector("form[data-busy], details[open] form")) location.reload();
    } catch { /* the next change asks again */ }
    finally { busy = false; if (again) { again = false; refresh(); } }
  }
  const events = new EventSource("/api/v1/events");
  events.addEventListener("scene", refresh);
  // What passes on the wire is no change that the office tells of.
  const moves = setInterval(() => {
    if (!document.hidden && document.querySelector("[data-moves]")) refresh();
  }, 2000);
  addEventListener("pagehide", () => { events.close(); clearInterval(moves); });
})();

// The countdown to T, by the clock of this machine.
setInterval(() => {
  for (const one of document.querySelectorAll("[data-countdown]")) {
    const left = (Date.parse(one.dataset.countdown) - Date.now()) / 1000;
    one.textContent = left > 0 ? `T −${left.toFixed(1)} s` : `T +${(-left).toFixed(1)} s`;
  }
}, 100);

// The time left until something ends by itself, by the same clock: minutes and seconds; hours and days where there are.
const two = (number) => String(number).padStart(2, "0");
function countDown() {
  for (const one of document.querySelectorAll("[data-until]")) {
    const left = Math.max(0, Math.ceil((Date.parse(one.dataset.until) - Date.now()) / 1000));
    const [days, hours, minutes] = [Math.floor(left / 86400), Math.floor(left / 3600) % 24, Math.floor(left / 60) % 60];
    const clock = left < 3600 ? `${minutes}:${two(left % 60)}` : `${hours}:${two(minutes)}:${two(left % 60)}`;
    one.textContent = days ? `${days} ${one.dataset.days || "d"} ${clock}` : clock;
  }
}
setInterval(countDown, 250);

// Keys.
addEventListener("keydown", (event) => {
  if (event.ctrlKey || event.metaKey || event.altKey) return;
  if (/^(INPUT|SELECT|TEXTAREA)$/.test(event.target.tagName)) return;
  const go = { s: "/", c: "/cases", r: "/reflexes", f: "/findings", a: "/audit", g: "/goals", l: "/lift" }[event.key];
  if (event.key === "/") { event.preventDefault(); document.getElementById("q")?.focus(); }
  else if (event.key === "?") document.getElementById("keys")?.showModal();
  else if (go) location.href = go;
});

// Signing. The key is made in this browser, cannot be taken out of it, and signs the very text that is shown, in the
// form of OpenSSH's signatures (PROTOCOL.sshsig), each for one purpose alone.
const KEYS = { name: "issei", store: "keys", id: "approval" };

function opened() {
  return new Promise((resolve, reject) => {
    const asked = indexedDB.open(KEYS.name, 1);
    asked.onupgradeneeded = () => asked.result.createObjectStore(KEYS.store);
    asked.onsuccess = () => resolve(asked.result);
    asked.onerror = () => reject(asked.error);
  });
}

function stored(database, mode, deed) {
  return new Promise((resolve, reject) => {
    const asked = deed(database.transaction(KEYS.store, mode).objectStore(KEYS.store));
    asked.onsuccess = () => resolve(asked.result);
    asked.onerror = () => reject(asked.error);
  });
}

async function browserKey() {
  const database = await opened();
  let pair = await stored(database, "readonly", (store) => store.get(KEYS.id));
  if (!pair) {
    pair = await crypto.subtle.generateKey({ name: "Ed25519" }, false, ["sign", "verify"]);
    await stored(database, "readwrite", (store) => store.put(pair, KEYS.id));
  }
  const raw = new Uint8Array(await crypto.subtle.exportKey("raw", pair.publicKey));
  return { pair, name: hex(raw) };
}

const hex = (bytes) => [...bytes].map((byte) => byte.toString(16).padStart(2, "0")).join("");

function joined(parts) {
  const all = new Uint8Array(parts.reduce((length, part) => length + part.length, 0));
  let at = 0;
  for (const part of parts) { all.set(part, at); at += part.length; }
  return all;
}

// A string of the SSH protocol: its length, then its bytes (RFC 4251, section 5).
function counted(bytes) {
  const length = new Uint8Array(4);
  new DataView(length.buffer).setUint32(0, bytes.length);
  return joined([length, bytes]);
}

async function toBeSigned(purpose, text) {
  const utf8 = new TextEncoder();
  const digest = new Uint8Array(await crypto.subtle.digest("SHA-512", utf8.encode(text)));
  return joined([
    utf8.encode("SSHSIG"), counted(utf8.encode(purpose)), counted(new Uint8Array()),
    counted(utf8.encode("sha512")), counted(digest),
  ]);
}

// What a form has signed: where the text stands, and what for; a signature for the one is none for the other.
const SIGNED = {
  sign: { purpose: "approval@issei", text: "signed-text" },
  confirm: { purpose: "confirmation@issei", text: "confirmed-text" },
  prove: { purpose: "sign-in@issei", text: "challenge" },
};

async function prepareSigning(form, { purpose, text }) {
  const said = form.querySelector("[data-said]");
  const shown = form.querySelector("[data-browser-key]");
  try {
    const { pair, name } = await browserKey();
    if (shown) shown.textContent = name;
    form.querySelector("[data-needs-script]").disabled = false;
    form.addEventListener("submit", async (event) => {
      event.preventDefault();
      form.dataset.busy = "yes";
      const words = document.getElementById(text).textContent;
      const signature = await crypto.subtle.sign({ name: "Ed25519" }, pair.privateKey, await toBeSigned(purpose, words));
      form.elements.key.value = name;
      form.elements.signature.value = hex(new Uint8Array(signature));
      if (form.elements.at) form.elements.at.value = new Date().toISOString();
      form.submit();
    });
  } catch (error) {
    said.textContent = String(error && error.message || error);
  }
}

for (const form of document.querySelectorAll("form[data-sign]")) prepareSigning(form, SIGNED.sign);
for (const form of document.querySelectorAll("form[data-confirm]")) prepareSigning(form, SIGNED.confirm);
for (const form of document.querySelectorAll("form[data-prove]")) prepareSigning(form, SIGNED.prove);
for (const one of document.querySelectorAll("[data-own-key]")) browserKey().then(({ name }) => { one.textContent = name; if (one.value !== undefined) one.value = name; }, () => {});

// Passkeys. The browser is asked for one with what our page names, and its answer goes into the form that asked.
const bytesOf = (text) => Uint8Array.from(atob(text.replace(/-/g, "+").replace(/_/g, "/")), (letter) => letter.charCodeAt(0));
const coded = (bytes) => btoa(String.fromCharCode(...new Uint8Array(bytes))).replace(/\+/g, "-").replace(/\//g, "_").replace(/=+$/, "");

async function passkey(form) {
  const answer = await fetch(form.dataset.options, { credentials: "same-origin" });
  const isOptions = (answer.headers.get("content-type") || "").startsWith("application/json");
  if (!isOptions && answer.redirected) { location.href = answer.url; return false; }
  if (!isOptions) throw new Error(await answer.text());
  const wish = await answer.json();
  wish.challenge = bytesOf(wish.challenge);
  const field = (name, bytes) => { form.elements[name].value = coded(bytes); };
  if (form.dataset.passkey === "create") {
    wish.user.id = bytesOf(wish.user.id);
    for (const one of wish.excludeCredentials) one.id = bytesOf(one.id);
    const { response } = await navigator.credentials.create({ publicKey: wish });
    field("client", response.clientDataJSON);
    field("authenticator", response.getAuthenticatorData());
  } else {
    const { rawId, response } = await navigator.credentials.get({ publicKey: wish });
    field("id", rawId);
    field("client", response.clientDataJSON);
    field("authenticator", response.authenticatorData);
    field("signature", response.signature);
    field("user", response.userHandle || new Uint8Array());
  }
  return true;
}

for (const form of document.querySelectorAll("form[data-passkey]")) {
  if (!window.PublicKeyCredential || !navigator.credentials) continue;
  const said = form.querySelector("[data-said]");
  const button = form.querySelector("[data-needs-script]");
  said.textContent = "";
  button.disabled = false;
  form.addEventListener("submit", async (event) => {
    event.preventDefault();
    form.dataset.busy = "yes";
    button.disabled = true;
    said.textContent = "";
    try {
      if (await passkey(form)) form.submit();
    } catch (error) {
      // What the browser says of a refusal is one sentence for all causes, on purpose.
      said.textContent = error instanceof DOMException ? `${form.dataset.refused} (${error.name})` : String(error && error.message || error);
      button.disabled = false;
      delete form.dataset.busy;
    }
  });
}
