// A webhook receiver as a stranger would write one: it checks each POST with the
// npm package standardwebhooks, with GitHub's own @octokit/webhooks-methods, and the
// older header the way chat bots do. It takes the secret as its argument, prints its
// port, and ends when its input ends.
import { createHmac, timingSafeEqual } from "node:crypto";
import { createServer } from "node:http";
import { verify } from "@octokit/webhooks-methods";
import { Webhook } from "standardwebhooks";

const secret = process.argv[2];

function standard(body, headers) {
  try {
    // A secret without the prefix is the key's bytes, not base64.
    const options = secret.startsWith("whsec_") ? {} : { format: "raw" };
    new Webhook(secret, options).verify(body, headers);
    return "ok";
  } catch (error) {
    return error.message;
  }
}

function legacy(body, headers) {
  const want = Buffer.from("sha256=" + createHmac("sha256", secret).update(body).digest("hex"));
  const got = Buffer.from(headers["x-webhook-signature"] ?? "");
  return got.length === want.length && timingSafeEqual(got, want) ? "ok" : "no match";
}

async function github(body, headers) {
  const signature = headers["x-hub-signature-256"];
  return signature && (await verify(secret, body, signature)) ? "ok" : "no match";
}

const server = createServer(async (request, response) => {
  const chunks = [];
  for await (const chunk of request) chunks.push(chunk);
  const body = Buffer.concat(chunks).toString("utf8");
  const verdict = { standard: standard(body, request.headers), legacy: legacy(body, request.headers), github: await github(body, request.headers) };
  const good = Object.values(verdict).every((one) => one === "ok");
  response.writeHead(good ? 200 : 400, { "Content-Type": "application/json" });
  response.end(JSON.stringify(verdict));
});

server.listen(0, "127.0.0.1", () => console.log(server.address().port));
process.stdin.resume().on("end", () => process.exit(0));
