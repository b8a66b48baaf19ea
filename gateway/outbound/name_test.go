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

	"partyline/actors/webhook"
)

// twins are a server that may be called, on 127.0.0.1, and one that may not, on
// 127.0.0.2, with the same port.
func twins(t *testing.T, answer string) (open, inside *rawServer) {
	t.Helper()
	open = newRawServer(t, "127.0.0.1:0", answering(answer))
	inside = newRawServer(t, "127.0.0.2:"+open.port(), answering(answer))
	t.Cleanup(func() {
		if n := inside.accepted(); n != 0 {
			t.Errorf("%d connections reached what is internal", n)
		}
	})
	return open, inside
}

const okAndClose = "HTTP/1.1 200 OK\r\nConnection: close\r\nContent-Length: 0\r\n\r\n"

func TestOfMixedAnswersOnlyThePublicOneIsCalled(t *testing.T) {
	t.Parallel()
	open, _ := twins(t, okAndClose)
	names := newNameserver(t)
	c := newCourier(t, resolvedBy(names))
	for _, mixed := range [][]netip.Addr{
		addrs("127.0.0.2", "127.0.0.1"), addrs("127.0.0.1", "127.0.0.2"), addrs("127.0.0.2", "10.0.0.1", "127.0.0.1"),
		addrs("169.254.169.254", "127.0.0.1"), addrs("fe80::1", "::ffff:127.0.0.2", "127.0.0.1"),
	} {
		names.name("hook.test", mixed)
		before := open.accepted()
		wantStatus(t, deliver(t, c, dispatch("http://hook.test:"+open.port())), 200)
		if open.accepted() != before+1 {
			t.Errorf("%v: %d connections", mixed, open.accepted()-before)
		}
	}
}

// A name that answers with a public address first and an internal one when it
// counts. Every dial resolves anew, and judges what it dials.
func TestReboundNamesAreNotCalled(t *testing.T) {
	t.Parallel()
	open, _ := twins(t, okAndClose)
	names := newNameserver(t)
	names.name("rebind.test", addrs("127.0.0.1"), addrs("127.0.0.2"))
	c := newCourier(t, resolvedBy(names))
	d := dispatch("http://rebind.test:" + open.port())
	wantStatus(t, deliver(t, c, d), 200)
	wantFailure(t, deliver(t, c, d), webhook.FailureAddress, "not public")
	wantFailure(t, deliver(t, c, d), webhook.FailureAddress, "not public")
	if q := names.questions("rebind.test"); q != 3 || open.accepted() != 1 {
		t.Errorf("%d questions, %d connections", q, open.accepted())
	}
}

// A kept connection goes on to where it was allowed to; when it is gone, the name is
// judged again.
func TestKeptConnectionsOfReboundNames(t *testing.T) {
	t.Parallel()
	r := newReceiver(t, nil)
	_, port, _ := net.SplitHostPort(r.Listener.Addr().String()) // a listener's address has one
	inside := newRawServer(t, "127.0.0.2:"+port, answering(okAndClose))
	names := newNameserver(t)
	names.name("rebind.test", addrs("127.0.0.1"), addrs("127.0.0.2"))
	c := newCourier(t, resolvedBy(names))
	d := dispatch("http://rebind.test:" + port)
	wantStatus(t, deliver(t, c, d), 200)
	wantStatus(t, deliver(t, c, d), 200)
	if q := names.questions("rebind.test"); q != 1 {
		t.Errorf("%d questions for a kept connection", q)
	}
	c.Forget(d.Webhook)
	wantFailure(t, deliver(t, c, d), webhook.FailureAddress, "not public")
	r.CloseClientConnections()
	wantFailure(t, deliver(t, c, d), webhook.FailureAddress, "not public")
	if inside.accepted() != 0 || len(r.all()) != 2 {
		t.Errorf("%d connections inside, %d requests outside", inside.accepted(), len(r.all()))
	}
}

func TestRedirectsInsideAreNotFollowed(t *testing.T) {
	t.Parallel()
	for _, status := range []string{"300", "301", "302", "303", "304", "305", "307", "308"} {
		_, inside := twins(t, okAndClose)
		from := newRawServer(t, "127.0.0.1:0", answering("HTTP/1.1 "+status+" Go\r\nConnection: close\r\nRefresh: 0; url="+inside.url+"\r\nLocation: "+inside.url+"\r\n\r\n"))
		a := deliver(t, newCourier(t), dispatch(from.url))
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
	a := deliver(t, newCourier(t), dispatch(r.URL))
	wantStatus(t, a, 308)
	if a.Error != "the endpoint answered 308 Permanent Redirect; redirects are not followed" || len(r.all()) != 1 {
		t.Errorf("%q after %d requests", a.Error, len(r.all()))
	}
}

// Environment variables for proxies are for other programs: a proxy would dial for
// us, past the fence. Go reads them once in a process, so this test runs again in one
// that has them from the start.
func TestProxiesOfTheEnvironmentAreNotUsed(t *testing.T) {
	t.Parallel()
	if os.Getenv("HTTP_PROXY") == proxyNobody {
		deliverPastProxies(t)
		return
	}
	again := exec.CommandContext(t.Context(), os.Args[0], "-test.run=^"+t.Name()+"$", "-test.v")
	again.Env = append(os.Environ(), "NO_PROXY=", "no_proxy=")
	for _, name := range []string{"HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY", "http_proxy", "https_proxy", "all_proxy"} {
		again.Env = append(again.Env, name+"="+proxyNobody)
	}
	out, err := again.CombinedOutput()
	if err != nil || !bytes.Contains(out, []byte("--- PASS: "+t.Name())) {
		t.Errorf("with proxies in the environment: %v\n%s", err, out)
	}
}

// proxyNobody is a proxy through which nothing can be reached.
const proxyNobody = "http://127.0.0.1:1"

func deliverPastProxies(t *testing.T) {
	t.Helper()
	r := newReceiver(t, nil)
	_, port, _ := net.SplitHostPort(r.Listener.Addr().String()) // a listener's address has one
	names := newNameserver(t)
	names.name("hook.test", addrs("127.0.0.1")) // localhost would never go through a proxy
	wantStatus(t, deliver(t, newCourier(t, resolvedBy(names)), dispatch("http://hook.test:"+port)), 200)
	if r.last(t).host != "hook.test:"+port {
		t.Errorf("host %s", r.last(t).host)
	}
}

func TestNamesThatFail(t *testing.T) {
	t.Parallel()
	names := newNameserver(t)
	names.name("empty.test", []netip.Addr{})
	c := newCourier(t, resolvedBy(names))
	wantFailure(t, deliver(t, c, dispatch("http://missing.test/")), webhook.FailureDNS, "does not exist")
	wantFailure(t, deliver(t, c, dispatch("http://empty.test/")), webhook.FailureDNS, "does not exist")

	mute := newNameserver(t)
	mute.silent.Store(true)
	a := deliver(t, newCourier(t, resolvedBy(mute), within(haste)), dispatch("http://hook.test/"))
	wantFailure(t, a, webhook.FailureTimeout, "not resolved in time")
	if a.Took > haste+slack {
		t.Errorf("took %v", a.Took)
	}
}

func TestAPortThatNobodyListensOn(t *testing.T) {
	t.Parallel()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	_ = l.Close()
	wantFailure(t, deliver(t, newCourier(t), dispatch("http://"+l.Addr().String())), webhook.FailureDial, "refused")
}

// The words that other people read are checked by deliver in every test; here are
// those whose causes hold the most.
func TestErrorTextsGiveNothingInternalAway(t *testing.T) {
	t.Parallel()
	names := newNameserver(t)
	names.name("db.corp.internal", addrs("10.20.30.40", "fd12::5"))
	c := newCourier(t, resolvedBy(names))
	garbage := newRawServer(t, "127.0.0.1:0", afterRequest(func(conn net.Conn) { _, _ = io.WriteString(conn, "10.20.30.40 db.corp.internal\r\n\r\n") }))
	for _, url := range []string{
		"http://db.corp.internal:5432/private?token=s3cret", "https://db.corp.internal/", "http://vault.corp.internal/", "http://10.20.30.40:8200/",
		"https://[fd12::5]:8200/", "http://user:s3cret@db.corp.internal/", "http://db.corp.internal:99999/", garbage.url, "http://127.0.0.1:1/",
	} {
		if a := deliver(t, c, dispatch(url)); a.Failure == webhook.FailureNone {
			t.Errorf("%s: %+v", url, a)
		}
	}
}
