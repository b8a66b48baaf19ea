package contract

import (
	"bytes"
	"net/http"
)

// Handler is next with every exchange checked, for clients that are not ours, such as
// curl. Fault is told what is wrong. WebSockets pass unchecked.
func (c *Checker) Handler(next http.Handler, fault func(string)) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.Header.Get("Upgrade") != "" {
			next.ServeHTTP(w, r)
			return
		}
		sent, err := drained(&r.Body)
		if err != nil {
			fault(r.Method + " " + r.URL.Path + ": " + err.Error())
		}
		copied := &copying{ResponseWriter: w}
		next.ServeHTTP(copied, r)
		x := Exchange{Request: r, RequestBody: sent, Status: copied.status, Header: w.Header(), ResponseBody: copied.body.Bytes()}
		for _, f := range c.Check(x) {
			fault(f)
		}
	})
}

// copying keeps a copy of the answer.
type copying struct {
	http.ResponseWriter
	status int
	body   bytes.Buffer
}

func (w *copying) WriteHeader(status int) {
	if w.status == 0 {
		w.status = status
	}
	w.ResponseWriter.WriteHeader(status)
}

func (w *copying) Write(b []byte) (int, error) {
	if w.status == 0 {
		w.status = http.StatusOK
	}
	w.body.Write(b)
	return w.ResponseWriter.Write(b)
}

// Unwrap lets http.ResponseController reach the connection.
func (w *copying) Unwrap() http.ResponseWriter { return w.ResponseWriter }
