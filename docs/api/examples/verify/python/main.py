"""A receiver that verifies webhooks: python3 main.py SECRET PORT"""

import sys
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

from verify import verify


class Receiver(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"  # keeps the connection for the next delivery

    def do_POST(self):
        body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
        good = verify(sys.argv[1], self.headers, body)
        if good:
            print(self.headers["webhook-id"], body.decode(), flush=True)
        self.send_response(204 if good else 401)
        self.send_header("Content-Length", "0")
        self.end_headers()

    def log_message(self, *args):
        pass


server = ThreadingHTTPServer(("127.0.0.1", int(sys.argv[2])), Receiver)
print(f"http://127.0.0.1:{server.server_port}", flush=True)
server.serve_forever()
