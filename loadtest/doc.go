// Package loadtest is the room of everything that drives a running Partyline from
// outside. Its one program is loadtest/cmd.
//
// The room knows protocol, its client, and real sockets, nothing else of the server:
// whoever imports the hub here can no longer find out that a client is told something
// else. The product imports nothing of this room. The packages:
//
//	oracle      what must be true of votes, events, polls and totals; pure
//	oracle/webhook  the same of what webhooks were sent
//	target      builds, starts, kills and measures the real program
//	wire        a cheap WebSocket and an HTTP connection for load on one machine
//	receiver    the endpoints of webhooks, in a process of their own
//	report      histograms, medians, the text and JSON of reports
//	crowd       open and closed loop load
//	crash       load, SIGKILL, restart, judge
//	webhooks    has the webhooks of any run judged, and measures deliveries
//	attack      attacks while honest voters go on
//	faults      a full disk, a frozen process, SIGTERM, flipped bits
//	scenario    k6 against a server of its own, audited by what the server recorded
//	faultproxy  breaks the contract between clients and server, to test the judges
//	conformance clients and a proxy that others wrote, against the WebSocket
//
// The folder k6 is a module of its own: the scripts, and the version of k6.
package loadtest
