package outbound

import (
	"bytes"
	"context"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"time"

	"partyline/actors/rules/webhook"
)

// parseURL parses the URL of a webhook. It is a failure unless the URL is http(s) with a host,
// and without a name or password: those would be stored and shown.
func parseURL(raw string) (*url.URL, error) {
	u, err := url.Parse(raw)
	switch {
	case err != nil:
		return nil, errURL
	case u.Scheme != "http" && u.Scheme != "https":
		return nil, errScheme
	case u.User != nil:
		return nil, errUserinfo
	case u.Hostname() == "" || !validPort(u.Port()):
		return nil, errURL
	}
	u.RawQuery = escapeQuery(u.RawQuery)
	return u, nil
}

// escapeQuery escapes what is not allowed in a query, as browsers do. url.Parse leaves it in,
// and a space would end the request's target early.
func escapeQuery(query string) string {
	const hex = "0123456789ABCDEF"
	var b strings.Builder
	for i := range len(query) {
		if c := query[i]; c <= ' ' || c > '~' {
			b.Write([]byte{'%', hex[c>>4], hex[c&15]})
		} else {
			b.WriteByte(c)
		}
	}
	return b.String()
}

func validPort(port string) bool {
	if port == "" {
		return true
	}
	n, err := strconv.ParseUint(port, 10, 16)
	return err == nil && n > 0
}

// newRequest makes the signed POST of a dispatch.
func newRequest(ctx context.Context, d webhook.Dispatch, at time.Time, agent string) (*http.Request, error) {
	u, err := parseURL(d.URL)
	if err != nil {
		return nil, err
	}
	// Both are sent in headers; the id is also signed between dots, where a space or a
	// line break would make it ambiguous.
	if !validHeaderToken(d.MessageID) || !validHeaderToken(d.Event) {
		return nil, errHeader
	}
	signature, err := Sign(d.Secrets, d.MessageID, at, d.Body)
	if err != nil {
		return nil, errNoSecret
	}
	req, err := http.NewRequestWithContext(ctx, http.MethodPost, d.URL, bytes.NewReader(d.Body))
	if err != nil {
		return nil, errURL
	}
	req.URL = u
	req.Header = headers(d, at, agent, signature)
	return req, nil
}

func headers(d webhook.Dispatch, at time.Time, agent string, s Signature) http.Header {
	h := http.Header{
		"Content-Type":        {"application/json"},
		"User-Agent":          {agent},
		"X-Webhook-Event":     {d.Event},
		"X-Webhook-Signature": {s.Legacy},
		"X-Hub-Signature-256": {s.Legacy}, // GitHub's name for the same, which many receivers look for
		"Webhook-Id":          {d.MessageID},
		"Webhook-Timestamp":   {strconv.FormatInt(at.Unix(), 10)},
		"Webhook-Signature":   {s.Standard},
		// Not sent, as it has no value. It tells the transport that the request may be
		// sent again on a new connection when a kept one turns out to be closed: many
		// servers close after 5 s, and a race against that is no failure.
		"Idempotency-Key": nil,
	}
	if d.Redelivery {
		h["Webhook-Redelivery"] = []string{"true"}
	}
	return h
}

// validHeaderToken accepts one to maxHeaderToken visible ASCII characters.
func validHeaderToken(s string) bool {
	for i := range len(s) {
		if s[i] <= ' ' || s[i] > '~' {
			return false
		}
	}
	return s != "" && len(s) <= maxHeaderToken
}

// maxHeaderToken bounds the id and the event's name: they are in every request, and servers
// accept some 8 KiB of headers.
const maxHeaderToken = 255
