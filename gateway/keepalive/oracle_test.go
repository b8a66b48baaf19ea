package keepalive_test

import (
	"bufio"
	"fmt"
	"io"
	"net"
	"net/http"
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"
)

// requests are what clients write, good and bad. Where there is a %d it is the length of the
// body behind it.
var requests = []string{
	"POST /vote HTTP/1.1\r\nHost: x\r\nContent-Length: %d\r\nAuthorization: Bearer 1\r\n\r\n%s",
	"POST /vote HTTP/1.1\r\nHost: x\r\nContent-Length: %d\r\nAuthorization: Bearer 1\r\n\r\n%s",
	"POST /vote HTTP/1.1\r\nHost: x\r\nContent-Length: %d\r\nAuthorization: Bearer 1\r\n\r\n%s",
	"POST /vote HTTP/1.1\r\nHost: x\r\nContent-Length: %d\r\nAuthorization: Bearer 2\r\n\r\n%s",
	"POST /vote HTTP/1.1\r\nhost: x\r\nauthorization:Bearer 1\r\ncontent-length:   %d\r\n\r\n%s",
	"POST /vote HTTP/1.1\r\nHost: x\r\nHost: x\r\nContent-Length: %d\r\nAuthorization: Bearer 1\r\n\r\n%s",
	"POST /vote HTTP/1.1\r\nHost: y\r\nContent-Length: %d\r\nAuthorization: Bearer 1\r\n\r\n%s",
	"POST /vote HTTP/1.1\r\nHost: x\r\nContent-Length: 0%d\r\nAuthorization: Bearer 1\r\n\r\n%s",
	"POST /vote HTTP/1.1\r\nHost: x\r\nContent-Length: +%d\r\nAuthorization: Bearer 1\r\n\r\n%s",
	"POST /vote HTTP/1.1\r\nHost: x\r\nContent-Length: %d \r\nAuthorization: Bearer 1\r\n\r\n%s",
	"POST /vote HTTP/1.1\r\nHost: x\r\nContent-Length: %d, 1\r\nAuthorization: Bearer 1\r\n\r\n%s",
	"POST /vote HTTP/1.1\r\nHost: x\r\nContent-Length: %[1]d\r\nContent-Length: %[1]d\r\nAuthorization: Bearer 1\r\n\r\n%[2]s",
	"POST /vote HTTP/1.1\r\nHost: x\r\nContent-Length: %d\r\nTransfer-Encoding: chunked\r\nAuthorization: Bearer 1\r\n\r\n%s",
	"POST /vote HTTP/1.1\nHost: x\nContent-Length: %d\nAuthorization: Bearer 1\n\n%s",
	"POST /vote HTTP/1.1\r\nHost: x\r\nContent-Length: %d\r\nAuthorization: Bearer\r\n 1\r\n\r\n%s",
	"POST /vote HTTP/1.1\r\nHost: x\r\nContent-Length: %d\r\nAuthorization: Bearer 1\r\nConnection: close\r\n\r\n%s",
	"POST /vote HTTP/1.0\r\nHost: x\r\nContent-Length: %d\r\nAuthorization: Bearer 1\r\n\r\n%s",
	"POST /vote?a=b HTTP/1.1\r\nHost: x\r\nContent-Length: %d\r\nAuthorization: Bearer 1\r\n\r\n%s",
	"POST /vote HTTP/1.1\r\nHost: x\r\nContent-Length: %d\r\nExpect: 100-continue\r\nAuthorization: Bearer 1\r\n\r\n%s",
	"POST /other HTTP/1.1\r\nHost: x\r\nContent-Length: %d\r\nAuthorization: Bearer 1\r\n\r\n%s",
	"POST /vote HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer 1\r\nContent-Length: 0\r\n\r\n",
	"POST /vote HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\nAuthorization: Bearer 1\r\n\r\n2\r\nab\r\n0\r\n\r\n",
	"GET /vote HTTP/1.1\r\nHost: x\r\n\r\n",
	"\r\n", "nonsense\r\n\r\n", "POST /vote HTTP/1.1\r\n",
}

// bodies include what looks like a request, and what does not fit into a buffer.
var bodies = []string{"a", "body", strings.Repeat("b", 99), strings.Repeat("c", 3990), strings.Repeat("d", 5000), strings.Repeat("e", 12_345),
	"POST /vote HTTP/1.1\r\nHost: x\r\nContent-Length: 1\r\nAuthorization: Bearer 1\r\n\r\nz"}

// TestAnswersAreThoseOfNetHTTP: whatever a client sends on one connection, in whatever pieces,
// is understood and answered as net/http alone does.
func TestAnswersAreThoseOfNetHTTP(t *testing.T) {
	keeping, kept := newServer(t, true)
	_, plain := newServer(t, false)
	rapid.Check(t, func(t *rapid.T) {
		var pieces []string
		for range rapid.IntRange(1, 12).Draw(t, "requests") {
			request := rapid.SampledFrom(requests).Draw(t, "request")
			body := rapid.SampledFrom(bodies).Draw(t, "body")
			if strings.Contains(request, "%") {
				request = fmt.Sprintf(request, len(body), body)
			}
			at := rapid.IntRange(0, len(request)).Draw(t, "cut")
			pieces = append(pieces, request[:at], request[at:])
		}
		joined := rapid.SliceOfN(rapid.Bool(), len(pieces), len(pieces)).Draw(t, "joined")
		got, want := exchange(t, kept, pieces, joined), exchange(t, plain, pieces, joined)
		if got != want {
			t.Fatalf("%.2000q: with connections taken over\n%.2000s\nwithout\n%.2000s", pieces, got, want)
		}
	})
	if keeping.kept.Load() == 0 {
		t.Error("no connection was taken over")
	}
}

// exchange sends the pieces, joined is whether one goes out with the next, and returns all
// answers.
func exchange(t rapid.TB, addr string, pieces []string, joined []bool) string {
	dialed, err := net.Dial("tcp", addr)
	if err != nil {
		t.Fatal(err)
	}
	conn := dialed.(*net.TCPConn)
	_ = conn.SetDeadline(time.Now().Add(10 * time.Second))
	defer func() { _ = conn.Close() }()
	written := make(chan struct{})
	go func() {
		defer close(written)
		var waiting string
		for i, piece := range pieces {
			waiting += piece
			if !joined[i] || i == len(pieces)-1 {
				_, _ = io.WriteString(conn, waiting) // a server that has had enough has answered
				waiting = ""
			}
		}
		_ = conn.CloseWrite()
	}()
	in := bufio.NewReader(conn)
	var all strings.Builder
	for {
		res, err := http.ReadResponse(in, nil)
		if err != nil {
			break
		}
		body, _ := io.ReadAll(res.Body)
		res.Header.Del("Date")
		if res.StatusCode == http.StatusBadRequest {
			body = nil // a connection that is closed with bytes unread may be reset
		}
		fmt.Fprintf(&all, "%s %v %v %s\n", res.Status, res.Close, res.Header, body)
	}
	<-written
	return all.String()
}
