package outbound

import (
	"bufio"
	"bytes"
	"net/http"
	"testing"
	"time"

	"partyline/actors/rules/webhook"
)

// allowedHeaders are the headers that newRequest may send.
var allowedHeaders = map[string]bool{
	"Content-Type": true, "Content-Length": true, "User-Agent": true, "X-Webhook-Event": true, "X-Webhook-Signature": true, "X-Hub-Signature-256": true,
	"Webhook-Id": true, "Webhook-Timestamp": true, "Webhook-Signature": true, "Webhook-Redelivery": true,
}

// Any dispatch is sent as one request with our headers and the body unchanged. An internal
// test, because a request is built before anything is dialled.
func FuzzRequest(f *testing.F) {
	f.Add("http://example.com/hook", "msg_1", "vote.received", "secret", []byte("{}"))
	f.Add("https://[::1%25lo]:443/?a=b#c", "msg_1\r\nX-Evil: 1", "*", "whsec_", []byte("\r\n\r\nPOST / HTTP/1.1\r\n"))
	f.Add("http://a\r\nX-Evil: 1", "m", "e\x00", "", []byte(nil))
	f.Add("http://a/\u2028?q= HTTP/1.1", "m", "e", "s", []byte("x"))
	f.Fuzz(func(t *testing.T, url, id, event, secret string, body []byte) {
		d := webhook.Dispatch{URL: url, MessageID: id, Event: event, Secrets: []string{secret}, Body: body, Redelivery: true}
		req, err := newRequest(t.Context(), d, time.Unix(1, 0), "agent")
		if err != nil {
			return
		}
		var out bytes.Buffer
		if err := req.Write(&out); err != nil {
			return
		}
		in := bufio.NewReader(&out)
		got, err := http.ReadRequest(in)
		if err != nil {
			t.Fatalf("%q becomes a request that cannot be read: %v", url, err)
		}
		for name := range got.Header {
			if !allowedHeaders[name] {
				t.Fatalf("header %s of %+v", name, d)
			}
		}
		var back bytes.Buffer
		if _, err := back.ReadFrom(got.Body); err != nil || !bytes.Equal(back.Bytes(), body) {
			t.Fatalf("body %q, want %q: %v", back.Bytes(), body, err)
		}
		if in.Buffered() != 0 || got.Header.Get("Webhook-Id") != id || got.Header.Get("X-Webhook-Event") != event {
			t.Fatalf("%d bytes too many, header %v", in.Buffered(), got.Header)
		}
	})
}

// No delay is negative or longer than the bound. An internal test, because an attempt for each
// value would be slow.
func FuzzRetryAfter(f *testing.F) {
	for _, text := range []string{"1", "99999999999999999999", "-1", "Thu, 15 Jan 2026 12:00:45 GMT", "Fri, 31 Dec 9999 23:59:59 GMT", " ", "٣"} {
		f.Add(text)
	}
	now := time.Date(2026, 1, 15, 12, 0, 0, 0, time.UTC)
	f.Fuzz(func(t *testing.T, value string) {
		if d := retryAfter(value, func() time.Time { return now }); d < 0 || d > maxRetryAfter {
			t.Fatalf("%q: %v", value, d)
		}
	})
}
