// A receiver that verifies webhooks: npm ci && node main.mjs SECRET PORT
import { createServer } from "node:http";
import { verify } from "./verify.mjs";

const [secret, port] = process.argv.slice(2);

const server = createServer(async (request, response) => {
  const chunks = [];
  for await (const chunk of request) chunks.push(chunk);
  const body = Buffer.concat(chunks).toString("utf8");
  if (!verify(secret, request.headers, body)) {
    response.writeHead(401).end("bad signature\n");
    return;
  }
  console.log(request.headers["webhook-id"], body);
  response.writeHead(204).end();
});

server.listen(Number(port), "127.0.0.1", () => console.log(`http://127.0.0.1:${server.address().port}`));
