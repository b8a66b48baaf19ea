// Package receiver is the other side of webhooks: endpoints in a process of their own
// that check every signature, fail as told, and keep a journal of what they saw. It
// outlives the server that is killed.
//
// It checks signatures with code of its own: whoever imports the server's signer here
// can no longer find out that both are wrong.
package receiver
