// Package outbound makes one webhook attempt: a signed POST to an address that
// somebody typed in, and an account of what came of it.
//
// The endpoint is a stranger. It may point at the inside of the network, answer
// without end, or not at all, so every attempt is guarded and bounded:
//
//   - A fence judges each address when it is dialled, after the name was resolved, so
//     a name that changes its answer gains nothing. Cloud metadata is never called;
//     private, loopback and other special ranges only where AllowCIDRs opens them.
//   - No redirects, no proxy, no decompression, TLS 1.2 or later, HTTP/1.1 only.
//   - One deadline holds for everything from the name to the end of the answer.
//   - Of the answer 64 KiB are read and 16 KiB kept; its headers end at 64 KiB.
//   - What the account says about a failure is a sentence of this package. Texts of
//     the network, which name addresses, do not leave it.
//
// A webhook keeps one connection open between attempts, in a transport of its own,
// so that no webhook can use up another's.
//
// The package decides nothing about retries: it is told what to send and says what
// happened. It must not log bodies, secrets or URLs, starts no goroutine of its own,
// and keeps nothing on disk.
package outbound
