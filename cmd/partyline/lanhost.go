package main

import (
	"context"
	"net"
	"os"
	"slices"
)

// ownHosts are the names by which clients may address this server: those in the settings, and
// the machine's own, such as nas.example.org.
func ownHosts(c *Config) []string {
	own, err := os.Hostname()
	if err != nil {
		return c.AllowHost
	}
	return append(slices.Clone(c.AllowHost), own)
}

// probeAddress is an address of the documentation networks (RFC 5737). Nothing is sent there:
// the kernel is only asked which of our addresses it would send from.
const probeAddress = "192.0.2.1:9"

// lanHost is the host:port by which other machines of the local network reach the listener;
// empty when it listens on one address only or this machine has no network.
func lanHost(ctx context.Context, listener net.Addr) string {
	own, ok := listener.(*net.TCPAddr)
	if !ok || !own.IP.IsUnspecified() {
		return ""
	}
	var d net.Dialer
	c, err := d.DialContext(ctx, "udp4", probeAddress)
	if err != nil {
		return ""
	}
	defer func() { _ = c.Close() }() // nothing was sent
	from, ok := c.LocalAddr().(*net.UDPAddr)
	if !ok || from.IP.IsLoopback() {
		return ""
	}
	return (&net.TCPAddr{IP: from.IP, Port: own.Port}).String()
}
