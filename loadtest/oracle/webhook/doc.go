// Package webhook says whether a run of webhooks was what the contract promises: every
// event that a webhook wants was accepted by its endpoint or is listed as dead, in
// the order of the log, one at a time, with good signatures; a crash doubles at most
// one delivery of each webhook, under the same id, and deliveries go on within two
// seconds after it.
//
// It is pure: it reads a Run and no clock, no socket. It never repairs or forgives:
// whatever does not fit becomes a finding.
package webhook
