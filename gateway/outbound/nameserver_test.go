package outbound_test

import (
	"context"
	"net"
	"net/netip"
	"strings"
	"sync"
	"sync/atomic"
	"testing"

	"golang.org/x/net/dns/dnsmessage"
)

// nameserver is a DNS server on loopback. A name has a script: the answers to its first,
// second and further queries; the last one repeats.
type nameserver struct {
	t       testing.TB
	conn    net.PacketConn
	mu      sync.Mutex
	scripts map[string][][]netip.Addr
	asked   map[string]int
	lookups []net.Conn // closed with the server
	closed  bool
	silent  atomic.Bool
}

func newNameserver(t testing.TB) *nameserver {
	t.Helper()
	conn, err := net.ListenPacket("udp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	n := &nameserver{t: t, conn: conn, scripts: map[string][][]netip.Addr{}, asked: map[string]int{}}
	var running sync.WaitGroup
	running.Go(n.serve)
	t.Cleanup(func() {
		_ = conn.Close()
		running.Wait()
		n.closeLookups()
	})
	return n
}

// resolver queries only this server.
func (n *nameserver) resolver() *net.Resolver {
	return &net.Resolver{PreferGo: true, Dial: func(ctx context.Context, _, _ string) (net.Conn, error) {
		n.mu.Lock()
		defer n.mu.Unlock()
		if n.closed {
			return nil, net.ErrClosed
		}
		var d net.Dialer
		c, err := d.DialContext(ctx, "udp", n.conn.LocalAddr().String())
		if err == nil {
			n.lookups = append(n.lookups, c)
		}
		return c, err
	}}
}

// closeLookups ends lookups whose callers are gone. Package net goes on with them for five
// seconds and longer, and no caller can end that.
func (n *nameserver) closeLookups() {
	n.mu.Lock()
	defer n.mu.Unlock()
	n.closed = true
	for _, c := range n.lookups {
		_ = c.Close()
	}
}

// setScript sets the script of a name without the last dot.
func (n *nameserver) setScript(name string, script ...[]netip.Addr) {
	n.mu.Lock()
	defer n.mu.Unlock()
	n.scripts[name+"."], n.asked[name+"."] = script, 0
}

// queries counts how often a name's IPv4 addresses were queried.
func (n *nameserver) queries(name string) int {
	n.mu.Lock()
	defer n.mu.Unlock()
	return n.asked[name+"."]
}

func addrs(texts ...string) []netip.Addr {
	var as []netip.Addr
	for _, text := range texts {
		as = append(as, netip.MustParseAddr(text))
	}
	return as
}

func (n *nameserver) serve() {
	buf := make([]byte, 1500)
	for {
		size, from, err := n.conn.ReadFrom(buf)
		if err != nil {
			return
		}
		if reply := n.reply(buf[:size]); reply != nil {
			_, _ = n.conn.WriteTo(reply, from)
		}
	}
}

func (n *nameserver) reply(packet []byte) []byte {
	var m dnsmessage.Message
	if err := m.Unpack(packet); err != nil || len(m.Questions) != 1 || n.silent.Load() {
		return nil
	}
	q := m.Questions[0]
	answer, known := n.answer(q)
	reply := dnsmessage.Message{
		Header:    dnsmessage.Header{ID: m.ID, Response: true, Authoritative: true, RecursionAvailable: true},
		Questions: m.Questions,
	}
	if !known {
		reply.RCode = dnsmessage.RCodeNameError
	}
	for _, a := range answer {
		reply.Answers = append(reply.Answers, record(q, a))
	}
	packed, err := reply.Pack()
	if err != nil {
		n.t.Error("nameserver:", err)
	}
	return packed
}

// answer advances the script with each question for IPv4 addresses; one for IPv6
// gets what belongs to the latest.
func (n *nameserver) answer(q dnsmessage.Question) (answer []netip.Addr, known bool) {
	n.mu.Lock()
	defer n.mu.Unlock()
	name := strings.ToLower(q.Name.String())
	script, known := n.scripts[name]
	if !known {
		return nil, false
	}
	if q.Type == dnsmessage.TypeA {
		n.asked[name]++
	}
	step := min(max(n.asked[name], 1), len(script)) - 1
	for _, a := range script[step] {
		if a.Is4() == (q.Type == dnsmessage.TypeA) {
			answer = append(answer, a)
		}
	}
	return answer, true
}

func record(q dnsmessage.Question, a netip.Addr) dnsmessage.Resource {
	h := dnsmessage.ResourceHeader{Name: q.Name, Type: q.Type, Class: dnsmessage.ClassINET}
	if a.Is4() {
		return dnsmessage.Resource{Header: h, Body: &dnsmessage.AResource{A: a.As4()}}
	}
	return dnsmessage.Resource{Header: h, Body: &dnsmessage.AAAAResource{AAAA: a.As16()}}
}
