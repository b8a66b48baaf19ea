// Package attack attacks a server of its own in every way that a client can, one attack after the
// other, while a few regular voters and screens go on: slow and silent connections, screens that
// never read, floods of pings, fragments, messages and subscriptions, votes of a hundred thousand
// names, and several times the votes that can be taken.
//
// An attack fails the run when regular users lose an event, wait too long or are refused though
// there is room, when memory exceeds its bound, or when sockets or goroutines are left. All
// clients are on loopback, which is exempt from limits per address.
//
// Attacks from addresses test those limits, and the limits of guests' and viewers' tokens. Each
// has a server of its own behind a proxy that names the clients' addresses, and is measured, not
// judged.
package attack
