// Package loadtest holds what drives a running Partyline from outside. Its one program is
// loadtest/cmd.
//
// These packages know protocol, its client, and real sockets, and nothing else of the server:
// whoever imports the hub here can no longer find out that a client is told something else.
// The product imports none of them. The folder k6 is a module of its own: the scripts, and
// the version of k6.
package loadtest
