// Package access is the state of the scoped tokens: which bots and viewers were given
// a token, for which session, and which of those tokens still hold.
//
// It knows tokens by id and never sees a secret: the gateway signs a token from what
// stands here. It is pure: no actor, no disk, no clock, no network. It does not know
// sessions; whoever sends IssueToken makes sure that the session exists.
package access
