// Package receiver is the other side of webhooks: endpoints that check every signature, fail
// as planned, and record what they received. They outlive the server that is killed.
//
// It checks signatures with code of its own: whoever imports the server's signer here
// can no longer find out that both are wrong.
package receiver
