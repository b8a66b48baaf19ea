package outbound

import (
	"context"
	"net"
	"net/netip"
	"slices"
	"strconv"
	"time"

	"partyline/actors/webhook"
	"partyline/gateway/ssrf"
)

const (
	// checkTimeout is what a name has to be resolved while somebody waits who types it in.
	// A resolver that answers takes milliseconds; without one the URL is taken as it is.
	checkTimeout = 3 * time.Second
	// checksAtOnce bounds the names that are looked up so: package net goes on with each
	// for some seconds after nobody waits for it any more.
	checksAtOnce = 8
)

// Check says whether a URL can be a webhook's, for a kind word when somebody types it in:
// else every delivery would fail, and nobody would look before the line is long. It
// refuses a host all of whose addresses are refused when they are dialled, and names one
// and the setting that would open it. A name that cannot be resolved now is fine.
//
// It returns within checkTimeout, and is not what protects: Deliver judges each address
// anew. The error's text may be shown to whoever may change webhooks.
func (c *Sender) Check(ctx context.Context, rawURL string) error {
	u, err := parseURL(rawURL)
	if err != nil {
		return err
	}
	host := u.Hostname()
	if literal, err := netip.ParseAddr(host); err == nil {
		return c.judge("", literal)
	}
	return c.judge(host, c.addresses(ctx, host)...)
}

// judge refuses a host none of whose addresses may be called. It goes by the first one that
// could be opened.
func (c *Sender) judge(host string, all ...netip.Addr) error {
	if len(all) == 0 || slices.ContainsFunc(all, func(a netip.Addr) bool { return c.fence.Check(a) == nil }) {
		return nil
	}
	for _, a := range all {
		if !ssrf.AlwaysBlocked(a) {
			return closedAddress(host, a)
		}
	}
	return shutAddress(host)
}

// addresses looks a name up, nil when that takes too long or finds nothing.
func (c *Sender) addresses(ctx context.Context, host string) []netip.Addr {
	ctx, cancel := context.WithTimeout(ctx, min(checkTimeout, c.timeout))
	defer cancel()
	select {
	case c.checks <- struct{}{}:
		defer func() { <-c.checks }()
	case <-ctx.Done():
		return nil
	}
	resolver := c.resolver
	if resolver == nil {
		resolver = net.DefaultResolver
	}
	found, err := resolver.LookupNetIP(ctx, "ip", host)
	if err != nil {
		return nil
	}
	for i := range found {
		found[i] = found[i].Unmap()
	}
	return found
}

// closedAddress says how an address is opened; host is empty when it stood in the URL.
func closedAddress(host string, a netip.Addr) *refusal {
	a = a.Unmap()
	subject := "the address " + a.String()
	if host != "" {
		subject = host + " has the address " + a.String() + ", which"
	}
	open := a.String() + "/" + strconv.Itoa(a.BitLen())
	return &refusal{webhook.FailureAddress, subject + " is not public; the server calls it when it is started with --webhook-allow-cidr " + open}
}

func shutAddress(host string) *refusal {
	if host == "" {
		host = "the address"
	}
	return &refusal{webhook.FailureAddress, host + " is never called: it belongs to the machine or its cloud"}
}
