import { Webhook } from "standardwebhooks";

// verify reports whether a delivery was signed with the secret. body is the raw text
// of the request body.
export function verify(secret, headers, body) {
  // A secret without whsec_ is the key itself, not base64.
  const options = secret.startsWith("whsec_") ? {} : { format: "raw" };
  try {
    new Webhook(secret, options).verify(body, headers);
    return true;
  } catch {
    return false;
  }
}
