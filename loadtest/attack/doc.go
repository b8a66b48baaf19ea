// Package attack attacks a server of its own in every way that a client can, one after
// the other, while a few honest voters and screens go on: connections that say a
// little at a time, or nothing, screens that never read, floods of pings, fragments,
// messages and subscriptions, voters of a hundred thousand names, and several times
// the votes that can be taken.
//
// For each attack it reports what the attackers met, what the honest felt, and what
// the server used, and it fails when the honest lost an event, waited too long or were
// refused though there was room, when memory grew past its bound, or when anything
// stayed behind. All clients come from loopback, which the limits of addresses spare:
// what holds here holds by itself.
//
// Attacks from addresses (RunAddresses) are the other half: what the limits of addresses
// and of guests' and viewers' tokens are for. Each has a server of its own behind a proxy
// that says where requests come from, and its outcome is a row of a table: how long honest
// votes take alone and during the attack, what the attackers were told, and the server's
// memory.
package attack
