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

	"partyline/actors/rules/webhook"
	"partyline/gateway/outbound"
)

// sendSlowly sends a byte every few milliseconds until the client is gone.
func sendSlowly(conn net.Conn) {
	tick := time.NewTicker(5 * time.Millisecond)
	defer tick.Stop()
	for range tick.C {
		if _, err := io.WriteString(conn, "x"); err != nil {
			return
		}
	}
}

// flood sends a text until the client is gone.
func flood(conn net.Conn, text string) {
	chunk := []byte(strings.Repeat(text, 1+4096/len(text)))
	for {
		if _, err := conn.Write(chunk); err != nil {
			return
		}
	}
}

// sendThen is a server that sends a text and goes on.
func sendThen(text string, then func(net.Conn)) func(net.Conn) {
	return afterRequest(func(conn net.Conn) {
		_, _ = io.WriteString(conn, text)
		then(conn)
	})
}

func sendForever(text string) func(net.Conn) { return func(conn net.Conn) { flood(conn, text) } }

func TestTimeoutAtEveryStage(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		name   string
		play   func(net.Conn)
		status int
		text   string
	}{
		{"silence", hang, 0, "no response came in time"},
		{"half a status line", sendThen("HTTP/1.1 2", hang), 0, "no response came in time"},
		{"slow headers", sendThen("HTTP/1.1 200 OK\r\nX-Slow: ", sendSlowly), 0, "no response came in time"},
		{"slow interim answers", sendThen("HTTP/1.1 100 Continue\r\n\r\n", hang), 0, "no response came in time"},
		{"slow body", sendThen("HTTP/1.1 200 OK\r\n\r\n", sendSlowly), 200, "did not end in time"},
		{"slow body of a length", sendThen("HTTP/1.1 200 OK\r\nContent-Length: 60000\r\n\r\n", sendSlowly), 200, "did not end in time"},
		{"slow chunk", sendThen("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nffff\r\n", sendSlowly), 200, "did not end in time"},
		{"slow chunk extension", sendThen("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nf;", sendSlowly), 200, "did not end in time"},
		{"slow trailer", sendThen("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n0\r\nX-Slow: ", sendSlowly), 200, "did not end in time"},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			a := deliver(t, newSender(t, within(shortTimeout)), dispatch(newRawServer(t, "127.0.0.1:0", c.play).url))
			wantFailure(t, a, webhook.FailureTimeout, c.text)
			if a.Status != c.status || a.Took < shortTimeout || a.Took > shortTimeout+slack {
				t.Errorf("status %d after %v", a.Status, a.Took)
			}
		})
	}
}

// The wait for the body of a 503 is bounded, and the status is kept.
func TestStatusOfAFailedResponseCountsHoweverItsBodyEnds(t *testing.T) {
	t.Parallel()
	for name, play := range map[string]func(net.Conn){
		"slow":  sendThen("HTTP/1.1 503 Busy\r\nRetry-After: 7\r\n\r\nwait", sendSlowly),
		"short": sendThen("HTTP/1.1 503 Busy\r\nRetry-After: 7\r\nContent-Length: 99\r\n\r\nwait", func(net.Conn) {}),
	} {
		a := deliver(t, newSender(t, within(shortTimeout)), dispatch(newRawServer(t, "127.0.0.1:0", play).url))
		wantStatus(t, a, 503)
		if a.RetryAfter != 7*time.Second || !strings.HasPrefix(a.Excerpt, "wait") {
			t.Errorf("%s: %+v", name, a)
		}
	}
}

// Endless responses end the attempt at once, not at the timeout.
func TestEndlessResponsesAreCut(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		name    string
		play    func(net.Conn)
		failure webhook.Failure
		status  int
	}{
		{"body", sendThen("HTTP/1.1 200 OK\r\n\r\n", sendForever("x")), webhook.FailureNone, 200},
		{"chunks", sendThen("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n", sendForever("4\r\nabcd\r\n")), webhook.FailureNone, 200},
		{"announced", sendThen("HTTP/1.1 200 OK\r\nContent-Length: 9223372036854775807\r\n\r\n", sendForever("x")), webhook.FailureNone, 200},
		{"error page", sendThen("HTTP/1.1 500 No\r\n\r\n", sendForever("x")), webhook.FailureNone, 500},
		{"one header", sendThen("HTTP/1.1 200 OK\r\nX-Long: ", sendForever("x")), webhook.FailureHTTP, 0},
		{"headers", sendThen("HTTP/1.1 200 OK\r\n", sendForever("X-Many: x\r\n")), webhook.FailureHTTP, 0},
		{"status line", sendThen("HTTP/1.1 200 ", sendForever("x")), webhook.FailureHTTP, 0},
		{"interim answers", sendThen("", sendForever("HTTP/1.1 103 Early Hints\r\nLink: x\r\n\r\n")), webhook.FailureHTTP, 0},
		{"tiny chunks with long extensions", sendThen("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n", sendForever("1;"+strings.Repeat("e", 3000)+"\r\na\r\n")), webhook.FailureHTTP, 200},
		{"trailer", sendThen("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n", sendForever("X-Many: x\r\n")), webhook.FailureHTTP, 200},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			a := deliver(t, newSender(t), dispatch(newRawServer(t, "127.0.0.1:0", c.play).url))
			if a.Failure != c.failure || a.Status != c.status || a.Took >= longTimeout {
				t.Errorf("%+v after %v", a, a.Took)
			}
		})
	}
}

func TestResponsesThatAreNotHTTP(t *testing.T) {
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
			a := deliver(t, newSender(t), dispatch(newRawServer(t, "127.0.0.1:0", answering(c.answer)).url))
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
	s := newSender(t)
	size = 60 << 10
	wantStatus(t, deliver(t, s, dispatch(r.URL)), 200)
	size = 68 << 10
	wantFailure(t, deliver(t, s, dispatch(r.URL)), webhook.FailureHTTP, "over 64 KiB")
}

func TestResetConnection(t *testing.T) {
	t.Parallel()
	s := newRawServer(t, "127.0.0.1:0", afterRequest(func(conn net.Conn) { _ = conn.(*net.TCPConn).SetLinger(0) }))
	wantFailure(t, deliver(t, newSender(t), dispatch(s.url)), webhook.FailureHTTP, "closed before")
}

// The body of a 101 is the connection itself, on which the deadline has no effect.
func TestSwitchingProtocolsEndsTheAttempt(t *testing.T) {
	t.Parallel()
	s := newRawServer(t, "127.0.0.1:0", sendThen("HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\r\n", hang))
	a := deliver(t, newSender(t), dispatch(s.url))
	wantStatus(t, a, 101)
	if a.Took >= longTimeout {
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
	a := deliver(t, newSender(t, within(shortTimeout)), d)
	wantFailure(t, a, webhook.FailureTimeout, "no response came in time")
	if a.Took > shortTimeout+slack {
		t.Errorf("took %v", a.Took)
	}
}

func TestCompressedResponsesAreNotUnpacked(t *testing.T) {
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
	a := deliver(t, newSender(t), dispatch(r.URL))
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
		a := deliver(t, newSender(t), dispatch(r.URL))
		wantStatus(t, a, 200)
		if a.Excerpt != c.want {
			t.Errorf("%s: %d bytes ending with %q", c.name, len(a.Excerpt), a.Excerpt[max(0, len(a.Excerpt)-8):])
		}
	}
}

// A header behind each text of a dispatch must not be sent.
func TestNoHeaderInjection(t *testing.T) {
	t.Parallel()
	r := newReceiver(t, nil)
	for _, evil := range []string{"\r\nX-Evil: 1", "\nX-Evil: 1", "\r\n\r\nPOST /evil HTTP/1.1\r\nX-Evil: 1", "\rX-Evil: 1", "\x00", "\u2028X-Evil: 1", "\u560d\u560aX-Evil: 1"} {
		for name, d := range map[string]webhook.Dispatch{
			"path":  dispatchWith(r.URL, func(d *webhook.Dispatch) { d.URL += "/a" + evil }),
			"query": dispatchWith(r.URL, func(d *webhook.Dispatch) { d.URL += "/?a=" + evil }),
			"port":  dispatchWith(r.URL, func(d *webhook.Dispatch) { d.URL += evil }),
			"host": dispatchWith(r.URL, func(d *webhook.Dispatch) {
				d.URL = "http://127.0.0.1" + evil + strings.TrimPrefix(d.URL, "http://127.0.0.1")
			}),
			"id":    dispatchWith(r.URL, func(d *webhook.Dispatch) { d.MessageID += evil }),
			"event": dispatchWith(r.URL, func(d *webhook.Dispatch) { d.Event += evil }),
		} {
			a := deliver(t, newSender(t), d)
			if ascii := evil[0] < 0x80; (ascii || name == "id" || name == "event") && a.Failure != webhook.FailureURL {
				t.Errorf("%q in %s: %+v", evil, name, a)
			}
		}
		agent := newSender(t, func(o *outbound.Options) { o.UserAgent = "a" + evil })
		deliver(t, agent, dispatch(r.URL))
		deliver(t, newSender(t), dispatchWith(r.URL, func(d *webhook.Dispatch) { d.Secrets = []string{"a" + evil} }))
		deliver(t, newSender(t), dispatchWith(r.URL, func(d *webhook.Dispatch) { d.Body = []byte(evil) }))
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
	wantStatus(t, deliver(t, newSender(t), dispatch(r.URL+"/hook?q=a HTTP/1.1&room=ünï&done=%20+")), 200)
	if want := "/hook?q=a%20HTTP/1.1&room=%C3%BCn%C3%AF&done=%20+"; r.last(t).path != want {
		t.Errorf("%s, want %s", r.last(t).path, want)
	}
}

func dispatchWith(url string, change func(*webhook.Dispatch)) webhook.Dispatch {
	d := dispatch(url)
	change(&d)
	return d
}

func TestUnsendableDispatches(t *testing.T) {
	t.Parallel()
	s := newSender(t)
	for text, d := range map[string]webhook.Dispatch{
		"no secret": dispatchWith("http://127.0.0.1/", func(d *webhook.Dispatch) { d.Secrets = nil }),
		"secret":    dispatchWith("http://127.0.0.1/", func(d *webhook.Dispatch) { d.Secrets = []string{""} }),
		"id":        dispatchWith("http://127.0.0.1/", func(d *webhook.Dispatch) { d.MessageID = "" }),
		"event":     dispatchWith("http://127.0.0.1/", func(d *webhook.Dispatch) { d.Event = strings.Repeat("e", 256) }),
		"http":      {},
	} {
		wantFailure(t, deliver(t, s, d), webhook.FailureURL, text)
	}
}
