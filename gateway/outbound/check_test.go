package outbound_test

import (
	"fmt"
	"net/netip"
	"strings"
	"sync"
	"testing"
	"time"

	"partyline/actors/rules/webhook"
	"partyline/gateway/outbound"
)

// A host that no delivery could reach is refused with the setting that would allow it.
func TestCheckResolvesTheHost(t *testing.T) {
	t.Parallel()
	names := newNameserver(t)
	for name, a := range map[string][]netip.Addr{
		"public.test": addrs("192.0.2.7", "8.8.8.8"), "lan.test": addrs("192.168.1.20"), "mapped.test": addrs("::ffff:10.0.0.9"), "six.test": addrs("fd12::5"),
		"both.test": addrs("10.0.0.1", "8.8.8.8"), "metadata.test": addrs("169.254.169.254"), "opened.test": addrs("192.168.4.1"),
		"two.test": addrs("169.254.169.254", "10.0.0.2"), "none.test": {},
	} {
		names.setScript(name, a)
	}
	s := newSender(t, resolvedBy(names), func(o *outbound.Options) { o.AllowCIDRs = prefixes("192.168.4.0/24") })
	opens := func(name, address, cidr string) string {
		return name + " has the address " + address + ", which is not public; the server calls it when it is started with --webhook-allow-cidr " + cidr
	}
	for host, want := range map[string]string{
		"public.test": "", "both.test": "", "opened.test": "", "missing.test": "", "none.test": "",
		"lan.test":          opens("lan.test", "192.168.1.20", "192.168.1.20/32"),
		"LAN.test":          opens("LAN.test", "192.168.1.20", "192.168.1.20/32"),
		"mapped.test":       opens("mapped.test", "10.0.0.9", "10.0.0.9/32"),
		"six.test":          opens("six.test", "fd12::5", "fd12::5/128"),
		"two.test":          opens("two.test", "10.0.0.2", "10.0.0.2/32"),
		"metadata.test":     "metadata.test is never called: it belongs to the machine or its cloud",
		"192.168.1.20":      "the address 192.168.1.20 is not public; the server calls it when it is started with --webhook-allow-cidr 192.168.1.20/32",
		"[::1]":             "the address ::1 is not public; the server calls it when it is started with --webhook-allow-cidr ::1/128",
		"[fe80::1%25lo]":    "the address is never called: it belongs to the machine or its cloud",
		"169.254.169.254":   "the address is never called: it belongs to the machine or its cloud",
		"[64:ff9b::a9fe:1]": "the address is never called: it belongs to the machine or its cloud",
	} {
		err := s.Check(t.Context(), "http://"+host+":3001/hook?token=s3cret")
		if got := errorText(err); got != want {
			t.Errorf("%s: %q, want %q", host, got, want)
		}
	}
	if err := newSender(t, nothingAllowed).Check(t.Context(), "http://localhost:3001/hook"); err == nil || !strings.Contains(err.Error(), "--webhook-allow-cidr") {
		t.Error("localhost:", err)
	}
}

func errorText(err error) string {
	if err == nil {
		return ""
	}
	return err.Error()
}

// With the setting that the error names, the host is accepted.
func TestCheckNamesTheRightSetting(t *testing.T) {
	t.Parallel()
	names := newNameserver(t)
	names.setScript("lan.test", addrs("192.168.1.20"))
	s := newSender(t, resolvedBy(names), nothingAllowed)
	_, cidr, _ := strings.Cut(errorText(s.Check(t.Context(), "http://lan.test/")), "--webhook-allow-cidr ")
	opened := newSender(t, resolvedBy(names), func(o *outbound.Options) { o.AllowCIDRs = prefixes(cidr) })
	if err := opened.Check(t.Context(), "http://lan.test/"); err != nil {
		t.Errorf("with %q: %v", cidr, err)
	}
}

// A name that was accepted by Check is refused when it resolves to another address later.
func TestReboundNameIsCheckedWhenDialled(t *testing.T) {
	t.Parallel()
	open, _ := allowedAndInternal(t, okAndClose)
	names := newNameserver(t)
	names.setScript("rebind.test", addrs("127.0.0.1"), addrs("127.0.0.2"))
	s := newSender(t, resolvedBy(names))
	url := "http://rebind.test:" + open.port()
	if err := s.Check(t.Context(), url); err != nil {
		t.Fatal(err)
	}
	wantFailure(t, deliver(t, s, dispatch(url)), webhook.FailureAddress, "not public")
}

// Many concurrent checks return in time when the DNS server is silent, and accept the names.
func TestCheckReturnsInTimeWithoutADNSServer(t *testing.T) {
	t.Parallel()
	mute := newNameserver(t)
	mute.silent.Store(true)
	s := newSender(t, resolvedBy(mute), within(shortTimeout))
	began := time.Now()
	var checks sync.WaitGroup
	for n := range 40 {
		checks.Go(func() {
			if err := s.Check(t.Context(), fmt.Sprintf("http://hook%d.test/", n)); err != nil {
				t.Error(err)
			}
		})
	}
	checks.Wait()
	if took := time.Since(began); took > shortTimeout+slack {
		t.Errorf("took %v", took)
	}
}
