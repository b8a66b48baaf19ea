// Package client speaks REST to a running hub, for the subcommands that need one:
// it logs in with the admin key and makes calls.
//
// It is a stranger to the hub and must stay one: it knows the words of protocol and
// nothing else of Partyline, so that what works through it works for everybody.
package client
