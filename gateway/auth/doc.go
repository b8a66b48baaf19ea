// Package auth signs tokens and verifies them: it says whose a token is, whether it has
// expired or been revoked, and which operations and session its holder may use. It also
// signs what phones keep: their device and the secret of a join link. It stores nothing;
// which tokens are revoked is asked of Revocations.
package auth
