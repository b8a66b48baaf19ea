// Package receiver is the other side of webhooks: endpoints that check every signature, fail as
// planned, and record what they received. It checks signatures with code of its own: the server's
// signer could not show that it is wrong.
package receiver
