package contract

import (
	"bytes"
	"io"
	"net/http"
)

// Transport is a client transport that checks every exchange.
type Transport struct {
	Checker *Checker
	// Base does the work; nil is http.DefaultTransport.
	Base http.RoundTripper
	// Fault is told what is wrong. It may be called from any goroutine.
	Fault func(string)
}

// RoundTrip implements http.RoundTripper. It reads the whole response before returning,
// except for a WebSocket.
func (t *Transport) RoundTrip(r *http.Request) (*http.Response, error) {
	sent, err := drained(&r.Body)
	if err != nil {
		return nil, err
	}
	base := t.Base
	if base == nil {
		base = http.DefaultTransport
	}
	res, err := base.RoundTrip(r)
	if err != nil {
		return nil, err
	}
	x := Exchange{Request: r, RequestBody: sent, Status: res.StatusCode, Header: res.Header}
	if res.StatusCode != http.StatusSwitchingProtocols {
		if x.ResponseBody, err = drained(&res.Body); err != nil {
			return nil, err
		}
	}
	for _, fault := range t.Checker.Check(x) {
		t.Fault(fault)
	}
	return res, nil
}

// drained reads a body and replaces it with a copy.
func drained(body *io.ReadCloser) ([]byte, error) {
	if *body == nil {
		return nil, nil
	}
	b, err := io.ReadAll(*body)
	_ = (*body).Close() // it is read to its end
	*body = io.NopCloser(bytes.NewReader(b))
	return b, err
}
