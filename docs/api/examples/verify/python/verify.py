import base64
import hashlib
import hmac
import time


def verify(secret, headers, body):
    """Says whether a delivery comes from who knows the secret.

    The body is the bytes as they came, not decoded.
    """
    stamp = headers.get("webhook-timestamp", "")
    if not stamp.isdecimal() or abs(time.time() - int(stamp)) > 300:
        return False  # an old delivery that somebody sends again
    key = secret.encode()
    if secret.startswith("whsec_"):
        key = base64.b64decode(secret.removeprefix("whsec_"))
    head = f"{headers.get('webhook-id', '')}.{stamp}."
    digest = hmac.new(key, head.encode() + body, hashlib.sha256).digest()
    want = "v1," + base64.b64encode(digest).decode()
    # While a secret changes there are two signatures.
    return any(
        hmac.compare_digest(got.encode(), want.encode())
        for got in headers.get("webhook-signature", "").split()
    )
