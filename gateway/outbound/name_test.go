package outbound_test

import (
	"bytes"
	"io"
	"net"
	"net/http"
	"net/netip"
	"os"
	"os/exec"
	"testing"

	"partyline/actors/rules/webhook"
)

// allowedAndInternal are a server that may be called, on 127.0.0.1, and one that may not, on
// 127.0.0.2, with the same port.
func allowedAndInternal(t *testing.T, answer string) (open, inside *rawServer) {
	t.Helper()
	open = newRawServer(t, "127.0.0.1:0", answering(answer))
	inside = newRawServer(t, "127.0.0.2:"+open.port(), answering(answer))
	t.Cleanup(func() {
		if n := inside.accepted(); n != 0 {
			t.Errorf("%d connections reached the internal server", n)
		}
	})
	return open, inside
}

const okAndClose = "HTTP/1.1 200 OK\r\nConnection: close\r\nContent-Length: 0\r\n\r\n"

func TestOnlyAllowedAddressesOfANameAreCalled(t *testing.T) {
	t.Parallel()
	open, _ := allowedAndInternal(t, okAndClose)
	names := newNameserver(t)
	s := newSender(t, resolvedBy(names))
	for _, mixed := range [][]netip.Addr{
		addrs("127.0.0.2", "127.0.0.1"), addrs("127.0.0.1", "127.0.0.2"), addrs("127.0.0.2", "10.0.0.1", "127.0.0.1"),
		addrs("169.254.169.254", "127.0.0.1"), addrs("fe80::1", "::ffff:127.0.0.2", "127.0.0.1"),
	} {
		names.setScript("hook.test", mixed)
		before := open.accepted()
		wantStatus(t, deliver(t, s, dispatch("http://hook.test:"+open.port())), 200)
		if open.accepted() != before+1 {
			t.Errorf("%v: %d connections", mixed, open.accepted()-before)
		}
	}
}

// A name resolves to an allowed address first and to an internal one later. Every dial
// resolves again, and checks the address it dials.
func TestReboundNamesAreNotCalled(t *testing.T) {
	t.Parallel()
	open, _ := allowedAndInternal(t, okAndClose)
	names := newNameserver(t)
	names.setScript("rebind.test", addrs("127.0.0.1"), addrs("127.0.0.2"))
	s := newSender(t, resolvedBy(names))
	d := dispatch("http://rebind.test:" + open.port())
	wantStatus(t, deliver(t, s, d), 200)
	wantFailure(t, deliver(t, s, d), webhook.FailureAddress, "not public")
	wantFailure(t, deliver(t, s, d), webhook.FailureAddress, "not public")
	if q := names.queries("rebind.test"); q != 3 || open.accepted() != 1 {
		t.Errorf("%d questions, %d connections", q, open.accepted())
	}
}

// A kept connection is used although its name has changed; when it is closed, the name is
// checked again.
func TestKeptConnectionsOfReboundNames(t *testing.T) {
	t.Parallel()
	r := newReceiver(t, nil)
	_, port, _ := net.SplitHostPort(r.Listener.Addr().String()) // a listener's address has one
	inside := newRawServer(t, "127.0.0.2:"+port, answering(okAndClose))
	names := newNameserver(t)
	names.setScript("rebind.test", addrs("127.0.0.1"), addrs("127.0.0.2"))
	s := newSender(t, resolvedBy(names))
	d := dispatch("http://rebind.test:" + port)
	wantStatus(t, deliver(t, s, d), 200)
	wantStatus(t, deliver(t, s, d), 200)
	if q := names.queries("rebind.test"); q != 1 {
		t.Errorf("%d questions for a kept connection", q)
	}
	s.Forget(d.Webhook)
	wantFailure(t, deliver(t, s, d), webhook.FailureAddress, "not public")
	r.CloseClientConnections()
	wantFailure(t, deliver(t, s, d), webhook.FailureAddress, "not public")
	if inside.accepted() != 0 || len(r.all()) != 2 {
		t.Errorf("%d connections inside, %d requests outside", inside.accepted(), len(r.all()))
	}
}

func TestRedirectsInsideAreNotFollowed(t *testing.T) {
	t.Parallel()
	for _, status := range []string{"300", "301", "302", "303", "304", "305", "307", "308"} {
		_, inside := allowedAndInternal(t, okAndClose)
		from := newRawServer(t, "127.0.0.1:0", answering("HTTP/1.1 "+status+" Go\r\nConnection: close\r\nRefresh: 0; url="+inside.url+"\r\nLocation: "+inside.url+"\r\n\r\n"))
		a := deliver(t, newSender(t), dispatch(from.url))
		if a.Failure != webhook.FailureNone || a.Status/100 != 3 {
			t.Errorf("%s: %+v", status, a)
		}
	}
}

func TestRedirectsToTheSameHostAreNotFollowed(t *testing.T) {
	t.Parallel()
	r := newReceiver(t, func(w http.ResponseWriter, req *http.Request) {
		http.Redirect(w, req, "/other", http.StatusPermanentRedirect)
	})
	a := deliver(t, newSender(t), dispatch(r.URL))
	wantStatus(t, a, 308)
	if a.Error != "the endpoint answered 308 Permanent Redirect; redirects are not followed" || len(r.all()) != 1 {
		t.Errorf("%q after %d requests", a.Error, len(r.all()))
	}
}

// Environment variables for proxies are for other programs: a proxy would dial for us, without
// the policy. Go reads them once in a process, so this test runs again in one that has them
// from the start.
func TestProxiesOfTheEnvironmentAreNotUsed(t *testing.T) {
	t.Parallel()
	if os.Getenv("HTTP_PROXY") == unreachableProxy {
		deliverPastProxies(t)
		return
	}
	again := exec.CommandContext(t.Context(), os.Args[0], "-test.run=^"+t.Name()+"$", "-test.v")
	again.Env = append(os.Environ(), "NO_PROXY=", "no_proxy=")
	for _, name := range []string{"HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY", "http_proxy", "https_proxy", "all_proxy"} {
		again.Env = append(again.Env, name+"="+unreachableProxy)
	}
	out, err := again.CombinedOutput()
	if err != nil || !bytes.Contains(out, []byte("--- PASS: "+t.Name())) {
		t.Errorf("with proxies in the environment: %v\n%s", err, out)
	}
}

// unreachableProxy is a proxy through which nothing can be reached.
const unreachableProxy = "http://127.0.0.1:1"

func deliverPastProxies(t *testing.T) {
	t.Helper()
	r := newReceiver(t, nil)
	_, port, _ := net.SplitHostPort(r.Listener.Addr().String()) // a listener's address has one
	names := newNameserver(t)
	names.setScript("hook.test", addrs("127.0.0.1")) // localhost would never go through a proxy
	wantStatus(t, deliver(t, newSender(t, resolvedBy(names)), dispatch("http://hook.test:"+port)), 200)
	if r.last(t).host != "hook.test:"+port {
		t.Errorf("host %s", r.last(t).host)
	}
}

func TestUnresolvableNames(t *testing.T) {
	t.Parallel()
	names := newNameserver(t)
	names.setScript("empty.test", []netip.Addr{})
	s := newSender(t, resolvedBy(names))
	wantFailure(t, deliver(t, s, dispatch("http://missing.test/")), webhook.FailureDNS, "does not exist")
	wantFailure(t, deliver(t, s, dispatch("http://empty.test/")), webhook.FailureDNS, "does not exist")

	mute := newNameserver(t)
	mute.silent.Store(true)
	a := deliver(t, newSender(t, resolvedBy(mute), within(shortTimeout)), dispatch("http://hook.test/"))
	wantFailure(t, a, webhook.FailureTimeout, "not resolved in time")
	if a.Took > shortTimeout+slack {
		t.Errorf("took %v", a.Took)
	}
}

func TestConnectionRefused(t *testing.T) {
	t.Parallel()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	_ = l.Close()
	wantFailure(t, deliver(t, newSender(t), dispatch("http://"+l.Addr().String())), webhook.FailureDial, "refused")
}

// deliver checks the texts in every test; these are the ones whose causes name the most.
func TestErrorTextsNameNoInternalAddresses(t *testing.T) {
	t.Parallel()
	names := newNameserver(t)
	names.setScript("db.corp.internal", addrs("10.20.30.40", "fd12::5"))
	s := newSender(t, resolvedBy(names))
	garbage := newRawServer(t, "127.0.0.1:0", afterRequest(func(conn net.Conn) { _, _ = io.WriteString(conn, "10.20.30.40 db.corp.internal\r\n\r\n") }))
	for _, url := range []string{
		"http://db.corp.internal:5432/private?token=s3cret", "https://db.corp.internal/", "http://vault.corp.internal/", "http://10.20.30.40:8200/",
		"https://[fd12::5]:8200/", "http://user:s3cret@db.corp.internal/", "http://db.corp.internal:99999/", garbage.url, "http://127.0.0.1:1/",
	} {
		if a := deliver(t, s, dispatch(url)); a.Failure == webhook.FailureNone {
			t.Errorf("%s: %+v", url, a)
		}
	}
}
