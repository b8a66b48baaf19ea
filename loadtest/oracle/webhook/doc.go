// Package webhook checks what webhooks received in a run: every event that a webhook wants was
// accepted by its endpoint or is listed as dead, in the order of the log, one at a time, with good
// signatures. A crash doubles at most one delivery of each webhook, under the same id, and
// deliveries go on within two seconds after the restart.
//
// It is pure: it reads a Run, no clock and no socket. Whatever does not fit is a finding.
package webhook
