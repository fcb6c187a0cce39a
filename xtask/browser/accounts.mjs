// Drives Chromium through sign-in by OpenID Connect: an account is bound, used, refused; a provider lies and is not believed.
//
// In: the folder of node's modules, Chromium's path, a folder for pictures, JSON with the window's origin, an operator's
// first link and the provider's origin, as arguments. Out: a line of JSON for each thing that was seen; what is wrong is a
// line with "wrong". Window and provider are different sites (`localhost`, `127.0.0.1`), as they are at work.
import { createRequire } from "node:module";
import { readFileSync, mkdirSync } from "node:fs";
import { join } from "node:path";

const [modules, chromium, pictures, told] = process.argv.slice(2);
const require = createRequire(join(modules, "index.js"));
const { chromium: browser } = require("playwright-core");
const AXE = readFileSync(require.resolve("axe-core/axe.min.js"), "utf8");
const { origin, link, provider } = JSON.parse(told);
mkdirSync(pictures, { recursive: true });

const say = (what) => console.log(JSON.stringify(what));
const wrong = (where, what) => say({ wrong: what, where });

const running = await browser.launch({
  executablePath: chromium,
  args: ["--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking",
    "--disable-component-update", "--disable-sync"],
});
say({ version: running.version() });

// A browser of its own; a no of ours (422) is written to the console too, and the provider's page has no picture of itself.
async function visitor(options = {}) {
  const context = await running.newContext({ viewport: { width: 1320, height: 900 }, locale: "en", ...options });
  const page = await context.newPage();
  const expected = (line) => /status of (422|404)/.test(line.text());
  page.on("console", (line) => { if (["error", "warning"].includes(line.type()) && !expected(line)) wrong(page.url(), `console: ${line.text()}`); });
  page.on("pageerror", (error) => wrong(page.url(), `script: ${error.message}`));
  page.on("request", (request) => {
    const ours = [`${origin}/`, `${provider}/`, "data:"].some((begin) => request.url().startsWith(begin));
    if (!ours) wrong(page.url(), `asks elsewhere: ${request.url()}`);
  });
  return page;
}

// What a person does at the provider.
async function isThere(page, name) {
  await page.waitForURL(`${provider}/interaction/*`);
  await page.locator("input[name=name]").fill(name);
  await page.locator("button").click();
}

async function looks(page, name) {
  await page.evaluate(AXE);
  const { violations } = await page.evaluate(() => axe.run(document, { resultTypes: ["violations"],
    runOnly: ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"] }));
  for (const one of violations) wrong(name, `axe ${one.id}: ${one.help}: ${one.nodes.slice(0, 3).map((node) => node.target.join(" ")).join(" | ")}`);
  const wide = await page.evaluate(() => document.documentElement.scrollWidth - document.documentElement.clientWidth);
  if (wide > 0) wrong(name, `scrolls ${wide} px to the side`);
  await page.screenshot({ path: join(pictures, `${name}.png`), fullPage: true });
  say({ looked: name });
}

const isOutside = async (page) => {
  await page.goto(`${origin}/me`);
  return page.url() === `${origin}/sign-in`;
};

const begun = Date.now();

// An operator comes by link and binds an account.
const page = await visitor();
await page.goto(link);
await page.getByRole("button").filter({ hasText: /Come in/ }).click();
await page.waitForURL(`${origin}/`);
await page.goto(`${origin}/me`);
await page.locator("form[action='/me/accounts'] button").click();
await isThere(page, "alice");
await page.waitForURL(`${origin}/me`);
await page.locator("#accounts li").filter({ hasText: "alice" }).waitFor();
for (const [language, theme, width] of [["en", "light", 1320], ["ja", "dark", 1320], ["ja", "light", 390]]) {
  await page.emulateMedia({ colorScheme: theme });
  await page.setViewportSize({ width, height: 900 });
  await page.goto(`${origin}/me?lang=${language}`);
  await looks(page, `accounts-me-${language}-${theme}-${width}`);
}
await page.setViewportSize({ width: 1320, height: 900 });
say({ bound: "alice" });

// Signs out, and comes again by the account alone, with the keyboard.
await page.goto(`${origin}/me?lang=en`);
await page.locator("form[action='/sign-out'] button").click();
await page.waitForURL(`${origin}/sign-in`);
if (!(await isOutside(page))) wrong(page.url(), "signed out, and /me still opens");
for (const [language, theme, width] of [["ja", "dark", 1320], ["ja", "light", 390], ["en", "light", 1320]]) {
  await page.emulateMedia({ colorScheme: theme });
  await page.setViewportSize({ width, height: 900 });
  await page.goto(`${origin}/sign-in?lang=${language}`);
  await looks(page, `accounts-sign-in-${language}-${theme}-${width}`);
}
let reached = false;
for (let tab = 0; tab < 60 && !reached; tab++) {
  await page.keyboard.press("Tab");
  reached = await page.evaluate(() => document.activeElement.getAttribute("href") === "/sign-in/oidc");
}
if (!reached) wrong("/sign-in", "the keyboard does not reach the button");
await page.keyboard.press("Enter");
await page.waitForURL(`${origin}/`);
await page.goto(`${origin}/me`);
const own = await page.locator("main").innerText();
if (!own.includes("operator@")) wrong("/me", `somebody else came: ${own}`);
if ((await page.locator("form[action='/me/accounts']").count()) !== 0) wrong("/me", "an account binds another one");
await looks(page, "accounts-me-again");
say({ came_again: "alice" });
await page.context().close();

// Somebody whom the provider knows and nobody here.
const stranger = await visitor();
await stranger.goto(`${origin}/sign-in`);
await stranger.locator("a[href='/sign-in/oidc']").click();
await isThere(stranger, "mallory");
await stranger.locator("main .alarm").waitFor();
const refused = await stranger.locator("main").innerText();
if (!refused.includes("bind the account under Me")) wrong(stranger.url(), `not told what to do: ${refused}`);
await looks(stranger, "accounts-strange");
// His state, once more, and in another browser.
const back = stranger.url();
const again = await stranger.goto(back);
if (again.status() !== 422) wrong(back, `used twice: ${again.status()}`);
if (!(await isOutside(stranger))) wrong("/me", "a strange account opened something");
await stranger.context().close();
const elsewhere = await visitor();
const carried = await elsewhere.goto(back);
if (carried.status() !== 422) wrong(back, `in another browser: ${carried.status()}`);
if (!(await isOutside(elsewhere))) wrong("/me", "another browser came in");
await elsewhere.context().close();
say({ refused: "mallory" });

// Another site cannot send anybody on the way.
const lured = await visitor();
await lured.goto(`${provider}/interaction/none`);
await lured.evaluate((to) => { location.href = to; }, `${origin}/sign-in/oidc`);
await lured.locator("main .alarm").waitFor();
if (!lured.url().startsWith(origin)) wrong(lured.url(), "another site set a browser out");
await lured.context().close();
say({ lured: "nowhere" });

// Without script.
const plain = await visitor({ javaScriptEnabled: false });
await plain.goto(`${origin}/sign-in`);
await plain.locator("a[href='/sign-in/oidc']").click();
await isThere(plain, "alice");
await plain.waitForURL(`${origin}/`);
if (await isOutside(plain)) wrong("/me", "nobody comes without script");
await plain.context().close();
say({ without_script: "alice" });

// A provider that lies of who has come. (Every lie that we know of is told in the tests of the room.)
for (const lie of ["nonce", "unsigned", "shared"]) {
  // An address tries ten secrets at once and one in five seconds after; a way there and back is two.
  await new Promise((pass) => setTimeout(pass, 11_000));
  await fetch(`${provider}/lie/${lie}`);
  const victim = await visitor();
  await victim.goto(`${origin}/sign-in`);
  await victim.locator("a[href='/sign-in/oidc']").click();
  await isThere(victim, "alice");
  await victim.locator("main .alarm").waitFor();
  const said = await victim.locator("main .alarm").innerText();
  if (!(await isOutside(victim))) wrong("/me", `believed the lie: ${lie}`);
  say({ lied: lie, said });
  await victim.context().close();
}
await running.close();
say({ done: true, ms: Date.now() - begun });
