import base64
import hashlib
import hmac
import time


def verify(secret, headers, body):
    """Reports whether a delivery was signed with the secret.

    body is the raw bytes of the request body.
    """
    stamp = headers.get("webhook-timestamp", "")
    if not stamp.isdecimal() or abs(time.time() - int(stamp)) > 300:
        return False  # replay attack
    key = secret.encode()
    if secret.startswith("whsec_"):
        key = base64.b64decode(secret.removeprefix("whsec_"))
    head = f"{headers.get('webhook-id', '')}.{stamp}."
    digest = hmac.new(key, head.encode() + body, hashlib.sha256).digest()
    want = "v1," + base64.b64encode(digest).decode()
    # Two signatures while a secret is rotated.
    return any(
        hmac.compare_digest(got.encode(), want.encode())
        for got in headers.get("webhook-signature", "").split()
    )
