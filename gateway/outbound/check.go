package outbound

import (
	"context"
	"net"
	"net/netip"
	"slices"
	"strconv"
	"time"

	"partyline/actors/rules/webhook"
	"partyline/gateway/ssrf"
)

const (
	// checkTimeout is how long a name may take to be resolved while a user waits who types it
	// in. A resolver that works takes milliseconds; without one the URL is accepted as it is.
	checkTimeout = 3 * time.Second
	// maxConcurrentChecks bounds the lookups of Check: package net goes on with each for some
	// seconds after its context has ended.
	maxConcurrentChecks = 8
)

// Check reports whether a URL can be a webhook's, so that a user who types it in gets a clear
// error: else every delivery would fail, and nobody would look before the queue is long. It
// refuses a host when all its addresses are refused at dialling, and names one address and the
// setting that would allow it. A name that cannot be resolved now is accepted.
//
// It returns within checkTimeout, and is not what protects: Deliver checks each address again.
// The error's text may be shown to users who may change webhooks.
func (s *Sender) Check(ctx context.Context, rawURL string) error {
	u, err := parseURL(rawURL)
	if err != nil {
		return err
	}
	host := u.Hostname()
	if literal, err := netip.ParseAddr(host); err == nil {
		return s.checkAddresses("", literal)
	}
	return s.checkAddresses(host, s.lookup(ctx, host)...)
}

// checkAddresses refuses a host when none of its addresses may be called. The error names the
// first one that a setting could allow.
func (s *Sender) checkAddresses(host string, all ...netip.Addr) error {
	if len(all) == 0 || slices.ContainsFunc(all, func(a netip.Addr) bool { return s.policy.Check(a) == nil }) {
		return nil
	}
	for _, a := range all {
		if !ssrf.AlwaysBlocked(a) {
			return notAllowedAddress(host, a)
		}
	}
	return neverAllowedAddress(host)
}

// lookup resolves a name, nil when that takes too long or finds nothing.
func (s *Sender) lookup(ctx context.Context, host string) []netip.Addr {
	ctx, cancel := context.WithTimeout(ctx, min(checkTimeout, s.timeout))
	defer cancel()
	select {
	case s.checkSlots <- struct{}{}:
		defer func() { <-s.checkSlots }()
	case <-ctx.Done():
		return nil
	}
	resolver := s.resolver
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

// notAllowedAddress names the setting that allows the address; host is empty when the URL
// holds the address itself.
func notAllowedAddress(host string, a netip.Addr) *failure {
	a = a.Unmap()
	subject := "the address " + a.String()
	if host != "" {
		subject = host + " has the address " + a.String() + ", which"
	}
	open := a.String() + "/" + strconv.Itoa(a.BitLen())
	return &failure{webhook.FailureAddress, subject + " is not public; the server calls it when it is started with --webhook-allow-cidr " + open}
}

// neverAllowedAddress is the failure for an address that no setting allows.
func neverAllowedAddress(host string) *failure {
	if host == "" {
		host = "the address"
	}
	return &failure{webhook.FailureAddress, host + " is never called: it belongs to the machine or its cloud"}
}
