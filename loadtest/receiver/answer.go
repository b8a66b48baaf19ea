package receiver

import (
	"net"
	"net/http"
	"strconv"

	"partyline/loadtest/oracle/webhook"
)

// answer does what was decided. The journal is told before a whole answer leaves, and
// after a connection has ended.
func (r *Receiver) answer(w http.ResponseWriter, req *http.Request, s *webhook.Request, what failure) {
	switch what.end {
	case endHang:
		<-req.Context().Done()
		r.journal.close(s, 0)
		// Whoever gave up must not be answered.
		panic(http.ErrAbortHandler)
	case endNone:
		status := what.status
		if status == 0 {
			status = http.StatusNoContent
		}
		r.journal.close(s, status)
		if what.retryAfter > 0 {
			w.Header().Set("Retry-After", strconv.Itoa(what.retryAfter))
		}
		w.WriteHeader(status)
	default:
		r.journal.close(s, 0)
		tear(w, what.end)
	}
}

// tear ends a connection without a whole answer.
func tear(w http.ResponseWriter, how ending) {
	conn, _, err := http.NewResponseController(w).Hijack()
	if err != nil {
		panic(http.ErrAbortHandler)
	}
	switch how {
	case endTorn:
		_, _ = conn.Write([]byte("HTTP/1.1 200 OK\r\nContent-Le"))
	case endShort:
		_, _ = conn.Write([]byte("HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\nso far"))
	default:
		if tcp, ok := conn.(*net.TCPConn); ok {
			_ = tcp.SetLinger(0)
		}
	}
	_ = conn.Close()
}
