// Package loadtest is the room of everything that drives a running Partyline from
// outside: a crowd of voters and screens (crowd), a test that kills the server over
// and over (crash), and the oracle that judges what both of them saw.
//
// The room knows the words of protocol and real sockets, nothing else of the
// server: whoever imports a heart or the hub here can no longer find out that a
// client is told something else. The packages:
//
//	oracle   what must be true of votes, events and totals; pure, no sockets
//	latency  a histogram for millions of durations
//	wire     a cheap WebSocket client and a keep-alive HTTP client, loopback only
//	api      the few REST calls that set a stage
//	process  builds, starts, kills and measures the real program
//	crowd    open and closed loop load
//	crash    load, SIGKILL, restart, judge
//	hooks    webhooks: a receiver in another process, SIGKILL, judge, measurements
//	scenario k6 against a server of its own, audited by what the server recorded
//	fake     a small server that can be told to lie, so that the oracle is tested
//
// The folder k6 is a module of its own: the scripts, and the version of k6.
package loadtest
