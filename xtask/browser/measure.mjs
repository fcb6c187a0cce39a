// Measures the window's pages over HTTP, one after the other, and what 500 viewers of its events cost.
//
// `cargo run --profile test -p issei-window --example window -- 127.0.0.1:8091 1000 100000`, then
// `node xtask/browser/measure.mjs 127.0.0.1:8091`. The guard lets a caller ask 60 times a second, so it is asked slower.
import http from "node:http";
import { gzipSync } from "node:zlib";
import { readFileSync } from "node:fs";

const [address, process_id] = process.argv.slice(2);
const [host, port] = address.split(":");
const agent = new http.Agent({ keepAlive: true, maxSockets: 1 });
const rest = (ms) => new Promise((done) => setTimeout(done, ms));

function get(path) {
  return new Promise((done, failed) => {
    const begun = performance.now();
    http.get({ host, port, path, agent }, (answer) => {
      const parts = [];
      answer.on("data", (part) => parts.push(part));
      answer.on("end", () => done({ status: answer.statusCode, ms: performance.now() - begun, body: Buffer.concat(parts) }));
    }).on("error", failed);
  });
}

const order = (await get("/cases/2026-0140")).body.toString().match(/orders\/([0-9a-f]{64})/)[1];
const paths = ["/", "/cases", "/cases/2026-0140", `/orders/${order}`, "/cases/vendor-cloud/propose", "/reflexes", "/lift", "/findings",
  "/findings?goal=198.51.7", "/audit", "/goals", "/set-up", "/set-up/safeguards", "/set-up/people", "/search?q=198.51", "/search?q=198.51.7.1", "/public", "/me",
  "/api/v1/orders?limit=100", "/api/v1/findings?limit=500", "/api/v1/why?of=198.51.7.1", "/api/v1/status"];
for (const path of paths) {
  const times = [];
  let body;
  for (let round = 0; round < 60; round++) {
    const told = await get(path);
    if (told.status !== 200) throw new Error(`${path}: ${told.status}`);
    times.push(told.ms);
    body = told.body;
    await rest(18);
  }
  times.sort((a, b) => a - b);
  console.log(`${path.slice(0, 40).padEnd(40)} half ${times[30].toFixed(1)} ms, 95 % ${times[56].toFixed(1)} ms, `
    + `${Math.ceil(body.length / 1024)} KB, ${Math.ceil(gzipSync(body).length / 1024)} KB compressed`);
}

let told = 0;
const viewers = [];
for (let viewer = 0; viewer < 500; viewer++) {
  viewers.push(http.get({ host, port, path: "/api/v1/events", agent: false }, (answer) => answer.once("data", () => told++)));
  await rest(18);
}
await rest(2000);
const spent = () => { const words = readFileSync(`/proc/${process_id}/stat`, "utf8").split(" "); return (Number(words[13]) + Number(words[14])) / 100; };
const before = process_id ? spent() : 0;
await rest(10000);
console.log(`${told} viewers told${process_id ? `; ${((spent() - before) * 10).toFixed(1)} % of one core` : ""}`);
for (const viewer of viewers) viewer.destroy();
agent.destroy();
