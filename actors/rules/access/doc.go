// Package access is the state of the scoped tokens: which bots and viewers were given a token,
// for which session, and which of those tokens are valid.
//
// It knows tokens by id and never sees a secret: the gateway signs a token with the data kept
// here. It is pure: no actor, no disk, no clock, no network. It does not know sessions; the
// sender of IssueToken checks that the session exists.
package access
