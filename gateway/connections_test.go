package gateway_test

import (
	"encoding/json"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/netip"
	"sync/atomic"
	"testing"
	"time"

	"github.com/rs/zerolog"

	"partyline/gateway"
)

// testListener is a Server that is served on loopback, with clients from any address.
type testListener struct {
	t      *testing.T
	server *gateway.Server
	addr   string
	from   atomic.Pointer[net.TCPAddr]
}

func newEntrance(t *testing.T, o gateway.ServerOptions) *testListener {
	t.Helper()
	o.Log = zerolog.Nop()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	e := &testListener{t: t, server: gateway.NewServer(o), addr: l.Addr().String()}
	e.from.Store(new(net.TCPAddr))
	server, served := e.server.HTTPServer(), make(chan error, 1)
	go func() { served <- server.Serve(e.server.Listener(&farListener{l, e})) }()
	t.Cleanup(func() {
		_ = server.Close()
		<-served
	})
	return e
}

// farListener has its connections come from where the testListener says.
type farListener struct {
	net.Listener
	e *testListener
}

func (l *farListener) Accept() (net.Conn, error) {
	c, err := l.Listener.Accept()
	if err != nil {
		return nil, err
	}
	return &farConn{c, l.e.from.Load()}, nil
}

type farConn struct {
	net.Conn
	from *net.TCPAddr
}

func (c *farConn) RemoteAddr() net.Addr { return c.from }

// call connects from an address and asks for /health; nil when it is not answered.
func (e *testListener) call(from string) net.Conn {
	e.t.Helper()
	e.from.Store(net.TCPAddrFromAddrPort(netip.AddrPortFrom(netip.MustParseAddr(from), 4000)))
	c, err := net.Dial("tcp", e.addr)
	if err != nil {
		e.t.Fatal(err)
	}
	e.t.Cleanup(func() { _ = c.Close() })
	_ = c.SetDeadline(time.Now().Add(patience))
	_, _ = io.WriteString(c, "GET /health HTTP/1.1\r\nHost: x\r\n\r\n")
	if _, err := c.Read(make([]byte, 1)); err != nil {
		return nil
	}
	return c
}

func TestOneAddressCannotTakeAllConnections(t *testing.T) {
	t.Parallel()
	const most = 3
	e := newEntrance(t, gateway.ServerOptions{MaxPerAddress: most, TrustedProxies: []netip.Prefix{netip.MustParsePrefix("10.0.0.0/8")}})
	for _, near := range [][2]string{{"203.0.113.7", "203.0.113.7"}, {"2001:db8::1", "2001:db8::2"}} {
		var first net.Conn
		for range most {
			if first = e.call(near[0]); first == nil {
				t.Fatalf("%s is turned away", near[0])
			}
		}
		if e.call(near[1]) != nil {
			t.Errorf("%s has one more", near[1])
		}
		_ = first.Close()
		for end := time.Now().Add(patience); e.call(near[1]) == nil; { // free when the server has noticed
			if time.Now().After(end) {
				t.Fatal("no place became free")
			}
		}
	}
	for _, free := range []string{"127.0.0.1", "10.1.2.3", "::ffff:10.1.2.3", "::1"} {
		for range 2 * most {
			if e.call(free) == nil {
				t.Fatalf("%s is turned away", free)
			}
		}
	}
}

// A handshake costs the server a signature and the client next to nothing.
func TestHandshakesOfOneAddressAreLimited(t *testing.T) {
	t.Parallel()
	const atOnce = 1
	e := newEntrance(t, gateway.ServerOptions{HandshakeRate: 0.05 /* the next after 20 s */, TrustedProxies: []netip.Prefix{netip.MustParsePrefix("10.0.0.0/8")}})
	begin := func(from string) bool {
		c := e.call(from)
		if c == nil {
			return false
		}
		_ = c.Close() // it is how often, not how many
		return true
	}
	for _, near := range [][2]string{{"203.0.113.7", "203.0.113.7"}, {"2001:db8::1", "2001:db8::2"}} {
		for range atOnce {
			if !begin(near[0]) {
				t.Fatalf("%s is turned away", near[0])
			}
		}
		if begin(near[1]) {
			t.Errorf("%s begins one more", near[1])
		}
	}
	for _, free := range []string{"127.0.0.1", "10.1.2.3", "::1", "203.0.113.8"} {
		for range atOnce {
			if !begin(free) {
				t.Fatalf("%s is turned away", free)
			}
		}
	}
	for range 2 * atOnce {
		if !begin("127.0.0.1") || !begin("10.1.2.3") {
			t.Fatal("whoever is not counted is turned away")
		}
	}
}

// TestOneSiteCannotTakeAllConnections: a /48 of IPv6 has 65,536 networks.
func TestOneSiteCannotTakeAllConnections(t *testing.T) {
	t.Parallel()
	const share = 8
	e := newEntrance(t, gateway.ServerOptions{MaxPerAddress: 1})
	from := func(network int) string { return fmt.Sprintf("2001:db8:7:%x::1", network) }
	var first net.Conn
	for n := range share {
		if first = e.call(from(n)); first == nil {
			t.Fatalf("network %d is turned away", n)
		}
	}
	if e.call(from(share)) != nil {
		t.Error("the site has one more")
	}
	if e.call("2001:db8:8::1") == nil {
		t.Error("another site is turned away")
	}
	_ = first.Close()
	for end := time.Now().Add(patience); e.call(from(share)) == nil; { // free when the server has noticed
		if time.Now().After(end) {
			t.Fatal("no place became free")
		}
	}
}

func (e *testListener) get(path string) (status int, header http.Header, body map[string]any) {
	e.t.Helper()
	client := &http.Client{Transport: &http.Transport{DisableKeepAlives: true}, Timeout: patience}
	res, err := client.Get("http://" + e.addr + path)
	if err != nil {
		e.t.Fatal(err)
	}
	defer func() { _ = res.Body.Close() }()
	if err := json.NewDecoder(res.Body).Decode(&body); err != nil {
		e.t.Fatal(err)
	}
	return res.StatusCode, res.Header, body
}

// Before there is a Gateway the Server answers itself; then the Gateway does.
func TestServerAnswersBeforeThereIsAGateway(t *testing.T) {
	t.Parallel()
	e := newEntrance(t, gateway.ServerOptions{})
	if status, _, body := e.get("/health"); status != 200 || body["status"] != "ok" {
		t.Errorf("/health: %d %v", status, body)
	}
	for _, path := range []string{"/ready", "/api/sessions", "/api/sessions/live", "/nothing"} {
		status, header, body := e.get(path)
		if status != 503 || header.Get("Retry-After") != "2" || body["code"] != "starting" || body["error"] == "" || body["retryAfter"] != 2.0 {
			t.Errorf("%s: %d %v %v", path, status, header, body)
		}
		if ready := body["status"]; (ready == "starting") != (path == "/ready") {
			t.Errorf("%s: status is %v", path, ready)
		}
	}
	newTestServer(t, func(o *gateway.Options) { o.Server = e.server })
	if status, _, body := e.get("/ready"); status != 200 || body["status"] != "ready" {
		t.Errorf("/ready: %d %v", status, body)
	}
	if status, _, _ := e.get("/nothing"); status != 404 {
		t.Errorf("/nothing: %d", status)
	}
}
