package outbound_test

import (
	"bytes"
	"compress/gzip"
	"io"
	"net"
	"net/http"
	"strings"
	"testing"
	"time"

	"partyline/actors/webhook"
	"partyline/gateway/outbound"
)

// drip sends a byte every few milliseconds until the other side is gone.
func drip(conn net.Conn) {
	tick := time.NewTicker(5 * time.Millisecond)
	defer tick.Stop()
	for range tick.C {
		if _, err := io.WriteString(conn, "x"); err != nil {
			return
		}
	}
}

// flood sends a text until the other side is gone.
func flood(conn net.Conn, text string) {
	chunk := []byte(strings.Repeat(text, 1+4096/len(text)))
	for {
		if _, err := conn.Write(chunk); err != nil {
			return
		}
	}
}

// saying plays a server that begins with a text and goes on.
func saying(text string, then func(net.Conn)) func(net.Conn) {
	return afterRequest(func(conn net.Conn) {
		_, _ = io.WriteString(conn, text)
		then(conn)
	})
}

func flooding(text string) func(net.Conn) { return func(conn net.Conn) { flood(conn, text) } }

// TestEndpointsThatTakeForever: the timeout holds at every stage.
func TestEndpointsThatTakeForever(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		name   string
		play   func(net.Conn)
		status int
		text   string
	}{
		{"says nothing", hang, 0, "no answer came in time"},
		{"half a status line", saying("HTTP/1.1 2", hang), 0, "no answer came in time"},
		{"slow headers", saying("HTTP/1.1 200 OK\r\nX-Slow: ", drip), 0, "no answer came in time"},
		{"slow interim answers", saying("HTTP/1.1 100 Continue\r\n\r\n", hang), 0, "no answer came in time"},
		{"slow body", saying("HTTP/1.1 200 OK\r\n\r\n", drip), 200, "did not end in time"},
		{"slow body of a length", saying("HTTP/1.1 200 OK\r\nContent-Length: 60000\r\n\r\n", drip), 200, "did not end in time"},
		{"slow chunk", saying("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nffff\r\n", drip), 200, "did not end in time"},
		{"slow chunk extension", saying("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nf;", drip), 200, "did not end in time"},
		{"slow trailer", saying("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n0\r\nX-Slow: ", drip), 200, "did not end in time"},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			a := deliver(t, newCourier(t, within(haste)), dispatch(newRawServer(t, "127.0.0.1:0", c.play).url))
			wantFailure(t, a, webhook.FailureTimeout, c.text)
			if a.Status != c.status || a.Took < haste || a.Took > haste+slack {
				t.Errorf("status %d after %v", a.Status, a.Took)
			}
		})
	}
}

// TestAFailedAnswerCountsHoweverItsBodyEnds: what a 503 goes on to say is not worth
// waiting for, but the wait is bounded and the status kept.
func TestAFailedAnswerCountsHoweverItsBodyEnds(t *testing.T) {
	t.Parallel()
	for name, play := range map[string]func(net.Conn){
		"slow":  saying("HTTP/1.1 503 Busy\r\nRetry-After: 7\r\n\r\nwait", drip),
		"short": saying("HTTP/1.1 503 Busy\r\nRetry-After: 7\r\nContent-Length: 99\r\n\r\nwait", func(net.Conn) {}),
	} {
		a := deliver(t, newCourier(t, within(haste)), dispatch(newRawServer(t, "127.0.0.1:0", play).url))
		wantStatus(t, a, 503)
		if a.RetryAfter != 7*time.Second || !strings.HasPrefix(a.Excerpt, "wait") {
			t.Errorf("%s: %+v", name, a)
		}
	}
}

// TestEndpointsThatSendWithoutEnd: they get an answer at once, not at the timeout.
func TestEndpointsThatSendWithoutEnd(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		name    string
		play    func(net.Conn)
		failure webhook.Failure
		status  int
	}{
		{"body", saying("HTTP/1.1 200 OK\r\n\r\n", flooding("x")), webhook.FailureNone, 200},
		{"chunks", saying("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n", flooding("4\r\nabcd\r\n")), webhook.FailureNone, 200},
		{"announced", saying("HTTP/1.1 200 OK\r\nContent-Length: 9223372036854775807\r\n\r\n", flooding("x")), webhook.FailureNone, 200},
		{"error page", saying("HTTP/1.1 500 No\r\n\r\n", flooding("x")), webhook.FailureNone, 500},
		{"one header", saying("HTTP/1.1 200 OK\r\nX-Long: ", flooding("x")), webhook.FailureHTTP, 0},
		{"headers", saying("HTTP/1.1 200 OK\r\n", flooding("X-Many: x\r\n")), webhook.FailureHTTP, 0},
		{"status line", saying("HTTP/1.1 200 ", flooding("x")), webhook.FailureHTTP, 0},
		{"interim answers", saying("", flooding("HTTP/1.1 103 Early Hints\r\nLink: x\r\n\r\n")), webhook.FailureHTTP, 0},
		{"tiny chunks with long extensions", saying("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n", flooding("1;"+strings.Repeat("e", 3000)+"\r\na\r\n")), webhook.FailureHTTP, 200},
		{"trailer", saying("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n", flooding("X-Many: x\r\n")), webhook.FailureHTTP, 200},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			a := deliver(t, newCourier(t), dispatch(newRawServer(t, "127.0.0.1:0", c.play).url))
			if a.Failure != c.failure || a.Status != c.status || a.Took >= patience {
				t.Errorf("%+v after %v", a, a.Took)
			}
		})
	}
}

func TestEndpointsThatDoNotSpeakHTTP(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		answer string
		status int
		text   string
	}{
		"nothing":              {"", 0, "closed before"},
		"a line":               {"SSH-2.0-OpenSSH_9.2\r\n\r\n", 0, "not HTTP"},
		"zeros":                {strings.Repeat("\x00", 512), 0, "not HTTP"},
		"half of the headers":  {"HTTP/1.1 200 OK\r\nX-Half: ", 0, "closed before"},
		"status 0":             {"HTTP/1.1 000 Zero\r\nContent-Length: 0\r\n\r\n", 0, "not HTTP"},
		"status +20":           {"HTTP/1.1 +20 Plus\r\nContent-Length: 0\r\n\r\n", 0, "not HTTP"},
		"status -20":           {"HTTP/1.1 -20 Minus\r\nContent-Length: 0\r\n\r\n", 0, "not HTTP"},
		"status 2000":          {"HTTP/1.1 2000 Many\r\nContent-Length: 0\r\n\r\n", 0, "not HTTP"},
		"two lengths":          {"HTTP/1.1 200 OK\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\nab", 0, "not HTTP"},
		"negative length":      {"HTTP/1.1 200 OK\r\nContent-Length: -1\r\n\r\n", 0, "not HTTP"},
		"unknown encoding":     {"HTTP/1.1 200 OK\r\nTransfer-Encoding: zip\r\n\r\n", 0, "not HTTP"},
		"short body":           {"HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nabc", 200, "closed before"},
		"short chunk":          {"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n9\r\nabc", 200, "closed before"},
		"chunk that is none":   {"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n", 200, "not HTTP"},
		"line break in header": {"HTTP/1.1 200 OK\rX: y\r\n: z\r\n\r\n", 0, "not HTTP"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			a := deliver(t, newCourier(t), dispatch(newRawServer(t, "127.0.0.1:0", answering(c.answer)).url))
			wantFailure(t, a, webhook.FailureHTTP, c.text)
			if a.Status != c.status {
				t.Errorf("status %d, want %d", a.Status, c.status)
			}
		})
	}
}

func TestHeadersAreBounded(t *testing.T) {
	t.Parallel()
	var size int
	r := newReceiver(t, func(w http.ResponseWriter, _ *http.Request) { w.Header().Set("X-Long", strings.Repeat("x", size)) })
	c := newCourier(t)
	size = 60 << 10
	wantStatus(t, deliver(t, c, dispatch(r.URL)), 200)
	size = 68 << 10
	wantFailure(t, deliver(t, c, dispatch(r.URL)), webhook.FailureHTTP, "over 64 KiB")
}

func TestAConnectionThatIsReset(t *testing.T) {
	t.Parallel()
	s := newRawServer(t, "127.0.0.1:0", afterRequest(func(conn net.Conn) { _ = conn.(*net.TCPConn).SetLinger(0) }))
	wantFailure(t, deliver(t, newCourier(t), dispatch(s.url)), webhook.FailureHTTP, "closed before")
}

// The body of a 101 is the connection itself, on which the deadline has no hold.
func TestASwitchOfProtocolsDoesNotHoldTheAttempt(t *testing.T) {
	t.Parallel()
	s := newRawServer(t, "127.0.0.1:0", saying("HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\r\n", hang))
	a := deliver(t, newCourier(t), dispatch(s.url))
	wantStatus(t, a, 101)
	if a.Took >= patience {
		t.Errorf("took %v", a.Took)
	}
}

func TestAnEndpointThatDoesNotReadTheRequest(t *testing.T) {
	t.Parallel()
	gone := make(chan struct{})
	s := newRawServer(t, "127.0.0.1:0", func(net.Conn) { <-gone })
	t.Cleanup(func() { close(gone) })
	d := dispatch(s.url)
	d.Body = make([]byte, 32<<20)
	a := deliver(t, newCourier(t, within(haste)), d)
	wantFailure(t, a, webhook.FailureTimeout, "no answer came in time")
	if a.Took > haste+slack {
		t.Errorf("took %v", a.Took)
	}
}

func TestPackedAnswersStayPacked(t *testing.T) {
	t.Parallel()
	var bomb bytes.Buffer
	z := gzip.NewWriter(&bomb)
	if _, err := io.CopyN(z, zeros{}, 50<<20); err != nil {
		t.Fatal(err)
	}
	if err := z.Close(); err != nil {
		t.Fatal(err)
	}
	r := newReceiver(t, func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Encoding", "gzip")
		_, _ = w.Write(bomb.Bytes())
	})
	a := deliver(t, newCourier(t), dispatch(r.URL))
	wantStatus(t, a, 200)
	if !strings.HasPrefix(a.Excerpt, "\x1f\uFFFD\b") {
		t.Errorf("excerpt begins with %q", a.Excerpt[:min(len(a.Excerpt), 8)])
	}
	if accept := r.last(t).header.Get("Accept-Encoding"); accept != "" {
		t.Errorf("asked for %s", accept)
	}
}

type zeros struct{}

func (zeros) Read(p []byte) (int, error) {
	clear(p)
	return len(p), nil
}

func TestExcerpts(t *testing.T) {
	t.Parallel()
	const most = 16 << 10
	for _, c := range []struct{ name, body, want string }{
		{"empty", "", ""},
		{"short", `{"ok":true}`, `{"ok":true}`},
		{"just fits", strings.Repeat("a", most), strings.Repeat("a", most)},
		{"one more", strings.Repeat("a", most+1), strings.Repeat("a", most)},
		{"just as much as is read", strings.Repeat("a", 4*most), strings.Repeat("a", most)},
		{"stray bytes", "a\xff\xfeb\xc3", "a\uFFFDb\uFFFD"},
		{"growing", strings.Repeat("\xffa", most), strings.Repeat("\uFFFDa", most/4)},
		{"cut in a rune", "a" + strings.Repeat("é", most), "a" + strings.Repeat("é", most/2-1)},
	} {
		r := newReceiver(t, func(w http.ResponseWriter, _ *http.Request) { _, _ = io.WriteString(w, c.body) })
		a := deliver(t, newCourier(t), dispatch(r.URL))
		wantStatus(t, a, 200)
		if a.Excerpt != c.want {
			t.Errorf("%s: %d bytes ending with %q", c.name, len(a.Excerpt), a.Excerpt[max(0, len(a.Excerpt)-8):])
		}
	}
}

// TestLineBreaksReachNobody puts a header behind each text of a dispatch.
func TestLineBreaksReachNobody(t *testing.T) {
	t.Parallel()
	r := newReceiver(t, nil)
	for _, evil := range []string{"\r\nX-Evil: 1", "\nX-Evil: 1", "\r\n\r\nPOST /evil HTTP/1.1\r\nX-Evil: 1", "\rX-Evil: 1", "\x00", "\u2028X-Evil: 1", "\u560d\u560aX-Evil: 1"} {
		for name, d := range map[string]webhook.Dispatch{
			"path":  with(r.URL, func(d *webhook.Dispatch) { d.URL += "/a" + evil }),
			"query": with(r.URL, func(d *webhook.Dispatch) { d.URL += "/?a=" + evil }),
			"port":  with(r.URL, func(d *webhook.Dispatch) { d.URL += evil }),
			"host": with(r.URL, func(d *webhook.Dispatch) {
				d.URL = "http://127.0.0.1" + evil + strings.TrimPrefix(d.URL, "http://127.0.0.1")
			}),
			"id":    with(r.URL, func(d *webhook.Dispatch) { d.MessageID += evil }),
			"event": with(r.URL, func(d *webhook.Dispatch) { d.Event += evil }),
		} {
			a := deliver(t, newCourier(t), d)
			if ascii := evil[0] < 0x80; (ascii || name == "id" || name == "event") && a.Failure != webhook.FailureURL {
				t.Errorf("%q in %s: %+v", evil, name, a)
			}
		}
		agent := newCourier(t, func(o *outbound.Options) { o.UserAgent = "a" + evil })
		deliver(t, agent, dispatch(r.URL))
		deliver(t, newCourier(t), with(r.URL, func(d *webhook.Dispatch) { d.Secrets = []string{"a" + evil} }))
		deliver(t, newCourier(t), with(r.URL, func(d *webhook.Dispatch) { d.Body = []byte(evil) }))
	}
	for _, got := range r.all() {
		if got.header.Get("X-Evil") != "" || strings.Contains(got.path, "evil") || strings.ContainsAny(got.path, "\r\n ") {
			t.Errorf("%s %v", got.path, got.header)
		}
	}
}

// A space in a query used to end the request's target: POST /?a=b HTTP/1.1 HTTP/1.1.
func TestAQueryWithSpacesIsEscaped(t *testing.T) {
	t.Parallel()
	r := newReceiver(t, nil)
	wantStatus(t, deliver(t, newCourier(t), dispatch(r.URL+"/hook?q=a HTTP/1.1&room=ünï&done=%20+")), 200)
	if want := "/hook?q=a%20HTTP/1.1&room=%C3%BCn%C3%AF&done=%20+"; r.last(t).path != want {
		t.Errorf("%s, want %s", r.last(t).path, want)
	}
}

func with(url string, change func(*webhook.Dispatch)) webhook.Dispatch {
	d := dispatch(url)
	change(&d)
	return d
}

func TestDispatchesThatCannotBeSent(t *testing.T) {
	t.Parallel()
	c := newCourier(t)
	for text, d := range map[string]webhook.Dispatch{
		"no secret": with("http://127.0.0.1/", func(d *webhook.Dispatch) { d.Secrets = nil }),
		"secret":    with("http://127.0.0.1/", func(d *webhook.Dispatch) { d.Secrets = []string{""} }),
		"id":        with("http://127.0.0.1/", func(d *webhook.Dispatch) { d.MessageID = "" }),
		"event":     with("http://127.0.0.1/", func(d *webhook.Dispatch) { d.Event = strings.Repeat("e", 256) }),
		"http":      {},
	} {
		wantFailure(t, deliver(t, c, d), webhook.FailureURL, text)
	}
}
