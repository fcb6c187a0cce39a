// A provider of accounts for the check of the window's sign-in: oidc-provider with one client, who believes any name.
//
// In: the folder of node's modules, the client's secret and where browsers go back to, as arguments. Out: a line with the
// port, then a server on the loopback until it is ended. `/lie/WHAT` makes its next ID tokens wrong in one way,
// `/lie/nothing` right again. Nothing is kept.
import { createServer } from "node:http";
import { createHmac, createPublicKey, generateKeyPairSync, sign } from "node:crypto";
import { createRequire } from "node:module";
import { join } from "node:path";
import { pathToFileURL } from "node:url";

const [modules, secret, back] = process.argv.slice(2);
const require = createRequire(join(modules, "index.js"));
const { Provider } = await import(pathToFileURL(require.resolve("oidc-provider")));

const { privateKey } = generateKeyPairSync("rsa", { modulusLength: 2048 });
const coded = (value) => Buffer.from(typeof value === "string" ? value : JSON.stringify(value)).toString("base64url");

// What a liar sends instead: signed with the provider's own key where that is not the lie itself.
const LIES = {
  nonce: (head, claims) => signed(head, { ...claims, nonce: "another" }),
  issuer: (head, claims) => signed(head, { ...claims, iss: "https://evil.example" }),
  audience: (head, claims) => signed(head, { ...claims, aud: "somebody-else" }),
  expired: (head, claims) => signed(head, { ...claims, exp: claims.iat - 1 }),
  unsigned: (head, claims) => `${coded({ ...head, alg: "none" })}.${coded(claims)}.`,
  shared: (head, claims) => {
    const message = `${coded({ ...head, alg: "HS256" })}.${coded(claims)}`;
    const pem = createPublicKey(privateKey).export({ type: "spki", format: "pem" });
    return `${message}.${createHmac("sha256", pem).update(message).digest("base64url")}`;
  },
};
function signed(head, claims) {
  const message = `${coded(head)}.${coded(claims)}`;
  return `${message}.${sign("sha256", Buffer.from(message), privateKey).toString("base64url")}`;
}

let lie = "nothing", provider;
const server = createServer((request, answer) => answers(request, answer).catch((error) => answer.writeHead(500).end(String(error))));
server.listen(0, "127.0.0.1", () => {
  const issuer = `http://127.0.0.1:${server.address().port}`;
  provider = new Provider(issuer, {
    clients: [{ client_id: "issei window", client_secret: secret, redirect_uris: [back], response_types: ["code"], grant_types: ["authorization_code"],
      token_endpoint_auth_method: "client_secret_basic", id_token_signed_response_alg: "RS256" }],
    jwks: { keys: [{ ...privateKey.export({ format: "jwk" }), kid: "one", use: "sig", alg: "RS256" }] },
    cookies: { keys: ["of this check alone"] },
    features: { devInteractions: { enabled: false } },
    interactions: { url: (_, interaction) => `/interaction/${interaction.uid}` },
    findAccount: (_, id) => ({ accountId: id, claims: () => ({ sub: id }) }),
    // Nobody is asked for consent: all that is asked for is who it is.
    loadExistingGrant: async (context) => {
      const { client, session } = context.oidc;
      const grant = new context.oidc.provider.Grant({ clientId: client.clientId, accountId: session.accountId });
      grant.addOIDCScope("openid");
      await grant.save();
      return grant;
    },
  });
  provider.use(async (context, next) => {
    await next();
    if (context.oidc?.route === "token" && context.body?.id_token && lie !== "nothing") {
      const [head, claims] = context.body.id_token.split(".").slice(0, 2).map((part) => JSON.parse(Buffer.from(part, "base64url")));
      context.body = { ...context.body, id_token: LIES[lie](head, claims) };
    }
  });
  console.log(server.address().port);
});

async function answers(request, answer) {
  const path = new URL(request.url, "http://127.0.0.1").pathname;
  if (path.startsWith("/lie/")) {
    lie = path.slice(5);
    return answer.end(lie);
  }
  if (!path.startsWith("/interaction/")) return provider.callback()(request, answer);
  if (request.method === "POST") {
    let body = "";
    for await (const part of request) body += part;
    const accountId = new URLSearchParams(body).get("name");
    return provider.interactionFinished(request, answer, { login: { accountId } }, { mergeWithLastSubmission: false });
  }
  answer.writeHead(200, { "content-type": "text/html; charset=utf-8" });
  answer.end(`<!doctype html><html lang="en"><title>Provider</title><h1>Provider</h1>
    <form method="post"><label>Name <input name="name" required autofocus></label> <button>Sign in</button></form></html>`);
}
