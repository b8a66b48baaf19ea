import { Webhook } from "standardwebhooks";

// verify says whether a delivery comes from who knows the secret. The body is the
// text as it came, not decoded.
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
