// Package faultproxy proves that what judges a server finds what is wrong with it: a proxy
// between clients and the real server breaks the contract in one way at a time. It loses,
// doubles, swaps or alters events, acknowledges votes that it does not pass on, passes some
// on twice, drops keys, counts wrong. The crowd and the crash test must find each of them.
//
// The package has no code of its own, only tests and the proxy that they use.
package faultproxy
