// Package outbound makes one webhook attempt: a signed POST to an address that a user
// configured, and a report of its outcome.
//
// The endpoint is not trusted. It may point into the internal network, send a response without
// end, or send none, so every attempt is checked and bounded:
//
//   - An address policy (package ssrf) checks each address when it is dialled, after the
//     name was resolved, so a name that changes its answer gains nothing. Cloud metadata is
//     never called; private, loopback and other special ranges only where AllowCIDRs opens
//     them.
//   - No redirects, no proxy, no decompression, TLS 1.2 or later, HTTP/1.1 only.
//   - One deadline holds for everything from resolving the name to the end of the response.
//   - Of the response 64 KiB are read and 16 KiB kept; its headers end at 64 KiB.
//   - The text of a failure is a sentence of this package. Error texts of the network, which
//     name addresses, are not passed on.
//
// A webhook keeps one connection open between attempts, in a transport of its own, so that no
// webhook can use up another's.
//
// The package decides nothing about retries: it is told what to send and reports the outcome.
// It must not log bodies, secrets or URLs, starts no goroutine of its own, and keeps nothing
// on disk.
package outbound
