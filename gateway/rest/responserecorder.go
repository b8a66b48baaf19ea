package rest

import (
	mrand "math/rand/v2"
	"net/http"
	"time"

	"github.com/rs/zerolog"

	"partyline/gateway/api"
	"partyline/gateway/keepalive"
	"partyline/gateway/limit"
)

// responseRecorder is one HTTP request and its response, as seen by logs and metrics.
type responseRecorder struct {
	http.ResponseWriter
	log       *zerolog.Logger
	id        string
	start     time.Time
	endpoint  *api.Endpoint // nil for what is not an operation
	route     string        // the path with its {names}, empty for an unknown one
	status    int
	bytes     int
	extraCost float64         // what it costs in tokens beside its bytes, of what is no operation
	uncounted bool            // it streams to the host, whose bytes are not counted
	canceled  <-chan struct{} // closed when nobody waits for the answer
	kept      *keepalive.Conn // writes the answer in place of net/http
	body      []byte          // of a request that kept has read, else nil
	request   api.Request     // to the operation
	idValue   [1]string       // the header X-Request-Id
	length    [1]string       // the header Content-Length
}

// cost is what the request has cost in tokens, of what is no operation.
func (rec *responseRecorder) cost() float64 {
	if rec.uncounted {
		return 1
	}
	return limit.CostOfStored(rec.bytes) + rec.extraCost
}

// delay has a client wait that asks too much, unless it goes away.
func (rec *responseRecorder) delay() {
	t := time.NewTimer(refusalPause + mrand.N(refusalPause/2))
	defer t.Stop()
	select {
	case <-t.C:
	case <-rec.canceled:
	}
}

func (rec *responseRecorder) WriteHeader(status int) {
	if rec.status == 0 {
		rec.status = status
	}
	rec.ResponseWriter.WriteHeader(status)
}

func (rec *responseRecorder) Write(b []byte) (int, error) {
	if rec.status == 0 {
		rec.status = http.StatusOK
	}
	n, err := rec.ResponseWriter.Write(b)
	rec.bytes += n
	return n, err
}

// Unwrap lets http.ResponseController reach the connection.
func (rec *responseRecorder) Unwrap() http.ResponseWriter { return rec.ResponseWriter }

// maxRequestID bounds a request id that a client or proxy gives, in bytes.
const maxRequestID = 64

// requestID keeps the id that came with the request when it is safe to log and to
// send back, else makes one.
func requestID(r *http.Request) string {
	if given := r.Header.Get("X-Request-Id"); validID(given) {
		return given
	}
	return api.NewID()
}

func validID(id string) bool {
	if id == "" || len(id) > maxRequestID {
		return false
	}
	for i := range len(id) {
		c := id[i]
		if (c < '0' || c > '9') && (c < 'a' || c > 'z') && (c < 'A' || c > 'Z') && c != '-' && c != '_' && c != '.' {
			return false
		}
	}
	return true
}
