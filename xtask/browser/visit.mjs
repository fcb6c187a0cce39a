// Drives Chromium through the window: the story of the demonstration decided by two people, then every page looked at.
//
// In: the folder of node's modules, Chromium's path, a folder for pictures, the demonstration's links (JSON) as arguments.
// Out: a line of JSON for each thing that was seen; what is wrong is a line with "wrong". Nothing outside the loopback
// is asked for, and that is one of the things that are looked at.
import { createRequire } from "node:module";
import { readFileSync, mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";

const [modules, chromium, pictures, links, only] = process.argv.slice(2);
const require = createRequire(join(modules, "index.js"));
const { chromium: browser } = require("playwright-core");
const AXE = readFileSync(require.resolve("axe-core/axe.min.js"), "utf8");
const { origin, approvers, duty, desk, order } = JSON.parse(links);
const member = new URL(desk).origin;
mkdirSync(pictures, { recursive: true });

const say = (what) => console.log(JSON.stringify(what));
const wrong = (where, what) => say({ wrong: what, where });

const running = await browser.launch({
  executablePath: chromium,
  args: ["--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking",
    "--disable-component-update", "--disable-sync"],
});
say({ version: running.version() });

// A visitor's own window: cookies apart from the others, an eye on the console and on what is asked for.
async function visitor(options = {}) {
  const context = await running.newContext({ viewport: { width: 1320, height: 900 }, ...options });
  const page = await context.newPage();
  // Chromium advises to take RSA keys too; we do not (decision 0036).
  const advised = (line) => line.text().startsWith("publicKey.pubKeyCredParams is missing at least one of the default algorithm identifiers");
  page.on("console", (line) => { if (["error", "warning"].includes(line.type()) && !advised(line)) wrong(page.url(), `console: ${line.text()}`); });
  page.on("pageerror", (error) => wrong(page.url(), `script: ${error.message}`));
  page.on("request", (request) => { if (![origin, member, "data:"].some((ours) => request.url().startsWith(ours))) wrong(page.url(), `asks elsewhere: ${request.url()}`); });
  return page;
}

async function comes(page, link) {
  await page.goto(link);
  await page.getByRole("button").filter({ hasText: /Come in|入る/ }).click();
  await page.waitForURL(`${new URL(link).origin}/`);
}

// Adds a passkey of an authenticator that this browser is given, signs out, and comes back with nothing but it.
async function comesAgainByPasskey(page, language) {
  const devices = await page.context().newCDPSession(page);
  await devices.send("WebAuthn.enable", { enableUI: false });
  const { authenticatorId } = await devices.send("WebAuthn.addVirtualAuthenticator", { options: { protocol: "ctap2", transport: "internal",
    hasResidentKey: true, hasUserVerification: true, isUserVerified: true, automaticPresenceSimulation: true } });
  const held = async () => (await devices.send("WebAuthn.getCredentials", { authenticatorId })).credentials;
  await page.goto(`${origin}/me?lang=${language}`);
  await page.locator("#passkey-name").fill(`laptop ${language}`);
  await page.locator("form[data-passkey=create] button").click();
  await page.locator("#passkeys li").filter({ hasText: `laptop ${language}` }).waitFor();
  const [made] = await held();
  if (!made || !made.isResidentCredential || made.rpId !== "localhost") wrong(page.url(), `not a passkey of localhost: ${JSON.stringify(made)}`);
  await page.screenshot({ path: join(pictures, `passkey-${language}.png`), fullPage: true });
  await page.locator("form[action='/sign-out'] button").click();
  await page.waitForURL(`${origin}/sign-in`);
  await page.goto(`${origin}/me`);
  if (!page.url().endsWith("/sign-in")) wrong(page.url(), "signed out, and /me still opens");
  // Somebody who is not verified stays outside; the same device opens when he is.
  await devices.send("WebAuthn.setUserVerified", { authenticatorId, isUserVerified: false });
  await page.goto(`${origin}/sign-in?lang=${language}`);
  await page.locator("form[data-passkey=get] button").click();
  await page.waitForFunction(() => document.querySelector("form[data-passkey=get] [data-said]").textContent !== "");
  if (!page.url().includes("/sign-in")) wrong(page.url(), "came in without being verified");
  await devices.send("WebAuthn.setUserVerified", { authenticatorId, isUserVerified: true });
  await page.locator("form[data-passkey=get] button").click();
  await page.waitForURL(`${origin}/`);
  const [shown] = await held();
  if (!(shown.signCount > made.signCount)) wrong(page.url(), `the passkey was not asked: ${made.signCount}, ${shown.signCount}`);
  say({ passkey: language });
}

// An approver: comes by link, then by passkey, asks that this browser's key be entered, reads, signs.
async function signs(link, language) {
  const page = await visitor({ locale: language });
  await comes(page, link);
  await comesAgainByPasskey(page, language);
  await page.goto(`${origin}/me?lang=${language}`);
  await page.waitForFunction(() => /^[0-9a-f]{64}$/.test(document.getElementById("own-key").value));
  await page.locator("form[action='/me/key'] button").click();
  await page.waitForLoadState();
  await page.waitForFunction(async () => {
    const answer = await fetch("/me");
    const text = await answer.text();
    return new DOMParser().parseFromString(text, "text/html").querySelectorAll("main code.id").length > 0
      && !text.includes("Waits for") && !text.includes("登録待ち");
  }, null, { timeout: 20000, polling: 250 });
  await page.goto(`${origin}/orders/${order}?lang=${language}`);
  await page.screenshot({ path: join(pictures, `sign-${language}.png`), fullPage: true });
  await page.locator("form[data-sign] input[type=checkbox]").check();
  await page.locator("form[data-sign] button").click();
  await page.waitForLoadState();
  const answered = await page.locator("h1").innerText();
  if (!page.url().endsWith(`/orders/${order}`) || !answered.includes("worm")) wrong(page.url(), `not signed: ${await page.locator("main").innerText()}`);
  say({ signed: language });
  return page;
}

const begun = Date.now();
if (only !== "pages") {
  const first = await signs(approvers[0], "en");
  const second = await signs(approvers[1], "ja");
  // The pages move by themselves: nobody reloads.
  await second.goto(`${origin}/orders/${order}?lang=ja`);
  await second.locator(".chart svg").first().waitFor({ timeout: 30000 });
  await second.waitForFunction(() => document.querySelectorAll("[data-live=members] .state.cut").length >= 4, null, { timeout: 30000 });
  say({ moved: "the page showed the members in force by itself" });
  await second.screenshot({ path: join(pictures, "in-force-ja.png"), fullPage: true });
  await first.goto(`${origin}/orders/${order}?lang=en`);
  await first.screenshot({ path: join(pictures, "in-force-en.png"), fullPage: true });
  say({ story_ms: Date.now() - begun });
}

// Every page, in both languages and both themes, and narrow.
const page = await visitor();
await comes(page, duty);
{
  // The picture of this very run, as the README shows one.
  const strip = await page.request.get(`${origin}/api/v1/orders/${order}/strip.svg`);
  const drawn = await strip.text();
  if (!strip.ok() || !drawn.includes("<title")) wrong("strip.svg", `no strip: ${strip.status()}`);
  writeFileSync(join(pictures, "strip.svg"), drawn);
  say({ strip: drawn.length });
}
const cookies = await page.context().cookies();
// At a member, who works at the abuse desk sees lines, and the evidence against one of them.
const atMember = await visitor();
await comes(atMember, desk);
await atMember.goto(`${member}/findings?lang=en&only=23/tcp`);
const [scan] = [...await atMember.locator("td a.id").all()];
const evidence = scan && (await scan.getAttribute("href"));
if (!evidence) wrong(atMember.url(), "no scan was found at the member");
const memberCookies = await atMember.context().cookies();
const memberPaths = ["/", "/findings", "/findings?only=nothing-has-this", evidence ?? "/", `/orders/${order}`, "/reflexes", "/sensors", "/set-up"];
const paths = ["/", "/cases", "/cases/worm", `/orders/${order}`, "/reflexes", "/lift", "/findings", "/notices", "/sensors", "/audit", "/goals",
  "/set-up", "/set-up/safeguards", "/set-up/people", "/me", "/audit/looks", "/appeals", "/glossary", "/public/appeals?reference=0", "/search?q=worm-nothing", "/public", "/no-such-page", "/sign-in"];
async function looks(language, theme, width, origin, cookies, paths) {
  const page = await visitor({ viewport: { width, height: 900 }, colorScheme: theme, locale: language });
  await page.context().addCookies(cookies);
  for (const path of paths) {
    const mark = path.includes("?") ? "&" : "?";
    const where = `${path} ${language} ${theme} ${width}`;
    const missing = path === "/no-such-page" || path.startsWith("/public/appeals");
    if (missing) page.removeAllListeners("console");
    const answer = await page.goto(`${origin}${path}${mark}lang=${language}`, { waitUntil: "domcontentloaded" });
    if (answer.status() !== (missing ? 404 : 200)) wrong(where, `status ${answer.status()}`);
    await page.evaluate(AXE);
    const { violations } = await page.evaluate(() => axe.run(document, { resultTypes: ["violations"],
      runOnly: ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"] }));
    for (const one of violations) wrong(where, `axe ${one.id}: ${one.help}: ${one.nodes.slice(0, 3).map((node) => node.target.join(" ")).join(" | ")}`);
    const seen = await page.evaluate(() => ({
      lang: document.documentElement.lang,
      heads: document.querySelectorAll("h1").length,
      wide: document.documentElement.scrollWidth - document.documentElement.clientWidth,
      keys: (document.body.innerText.match(/(?<![\w./@`-])[a-z]+(-[a-z]+){2,}(?![\w./@-])/g) || []).filter((word) => !document.querySelector("main code, main pre")?.innerText.includes(word)),
    }));
    if (seen.lang !== language) wrong(where, `lang ${seen.lang}`);
    if (seen.heads !== 1) wrong(where, `${seen.heads} h1`);
    if (seen.wide > 0) wrong(where, `scrolls ${seen.wide} px to the side`);
    const name = `${origin === member ? "-member" : ""}${path.replace(/[^a-z]+/g, "-").slice(0, 24)}`;
    await page.screenshot({ path: join(pictures, `page${name}-${language}-${theme}-${width}.png`), fullPage: true });
  }
  say({ looked: `${paths.length} pages`, language, theme, width });
  await page.context().close();
}
// What the order in force is needed for comes first: the story ends it by itself.
// A list is weighed: the order that it would end is named, and nothing changes.
await page.goto(`${origin}/set-up/safeguards?lang=en`);
await page.locator("#source").fill("a shop");
const { goals } = await (await page.request.get(`${origin}/api/v1/orders/${order}`)).json();
await page.locator("#text").fill(`${goals[0].split(":")[0]} # a shop behind it`);
await page.locator("form[action='/set-up/safeguards/weigh'] button").click();
await page.waitForLoadState();
await page.evaluate(AXE);
for (const one of (await page.evaluate(() => axe.run(document, { resultTypes: ["violations"] }))).violations) wrong("/set-up/safeguards/weigh", `axe ${one.id}: ${one.help}`);
await page.screenshot({ path: join(pictures, "weighed-en.png"), fullPage: true });
if (!(await page.locator("main").innerText()).includes("1 order ends as soon as you add it")) wrong(page.url(), `not weighed: ${await page.locator("main").innerText()}`);
say({ weighed: "the order that a list would end is named" });

// One that touches nothing is taken.
await page.goto(`${origin}/set-up/safeguards?lang=en`);
await page.locator("#source").fill("a school");
await page.locator("#text").fill("192.0.2.200 # a school");
await page.locator("form[action='/set-up/safeguards/weigh'] button").click();
await page.waitForLoadState();
await page.locator("form[action='/set-up/safeguards/take'] button").click();
await page.waitForLoadState();
if (!(await page.locator("main").innerText()).includes("1 entry")) wrong(page.url(), `not taken: ${await page.locator("main").innerText()}`);
say({ taken: "a list that ends nothing" });

const rounds = async (two, origin, cookies, paths) => Promise.all(two.map((how) => looks(...how, origin, cookies, paths)));
const [wide, other] = [[["en", "light", 1320], ["ja", "dark", 1320]], [["en", "dark", 1320], ["ja", "light", 390]]];
await rounds(wide, origin, cookies, paths);

if (only !== "pages") {
  // The duty officer lifts all.
  await page.goto(`${origin}/lift?lang=en`);
  await page.locator("form[action='/lift'] button").click();
  await page.waitForLoadState();
  await page.goto(`${origin}/orders/${order}?lang=en`);
  await page.waitForFunction(() => document.querySelectorAll(".state.cut").length === 0, null, { timeout: 15000 });
  say({ lifted: "everywhere" });
  await page.screenshot({ path: join(pictures, "lifted-en.png"), fullPage: true });
}
// After the lift, the other half, and the member.
await rounds(other, origin, cookies, paths);
await rounds(wide, member, memberCookies, memberPaths);
await rounds(other, member, memberCookies, memberPaths);

// Script off: readable, the switches work.
const plain = await visitor({ javaScriptEnabled: false });
await plain.context().addCookies(cookies);
await plain.goto(`${origin}/cases/worm?lang=en`);
if (!(await plain.locator("h1").innerText()).includes("worm")) wrong("/cases/worm without script", "not readable");
await plain.getByRole("button", { name: /日本語/ }).click();
if ((await plain.locator("html").getAttribute("lang")) !== "ja") wrong("/view without script", "the language did not change");
say({ without_script: "readable" });

// The keyboard alone: the first tab skips, / searches, ? lists the keys.
await page.goto(`${origin}/?lang=en`);
await page.keyboard.press("Tab");
if (!(await page.evaluate(() => document.activeElement.classList.contains("skip")))) wrong("/", "the first tab does not skip");
let ways = 0, hidden = 0;
for (let tab = 0; tab < 40; tab++) {
  await page.keyboard.press("Tab");
  const seen = await page.evaluate(() => {
    const at = document.activeElement, style = getComputedStyle(at);
    return { way: !!at.closest(".ways"), outlined: style.outlineStyle !== "none" && parseFloat(style.outlineWidth) > 0, body: at === document.body };
  });
  ways += seen.way ? 1 : 0;
  hidden += !seen.body && !seen.outlined ? 1 : 0;
}
if (ways < 9) wrong("/", `the keyboard reaches ${ways} ways of 9`);
if (hidden > 0) wrong("/", `${hidden} focused things cannot be seen`);
await page.goto(`${origin}/?lang=en`);
await page.keyboard.press("/");
if (!(await page.evaluate(() => document.activeElement.id === "q"))) wrong("/", "/ does not search");
await page.evaluate(() => document.activeElement.blur());
await page.keyboard.press("Shift+?");
if (!(await page.locator("#keys").isVisible())) wrong("/", "? does not list the keys");
await page.keyboard.press("Escape");
if (await page.locator("#keys").isVisible()) wrong("/", "Escape does not close the keys");
say({ keyboard: "reaches everything" });

// Printing.
const pdf = await page.pdf({ format: "A4" });
say({ printed_bytes: pdf.length });

await running.close();
say({ done: true, ms: Date.now() - begun });
