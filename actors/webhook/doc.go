// Package webhook is the state of one webhook: what it wants to hear, how far it has
// heard, and what becomes of a delivery that fails.
//
// It is pure: it decides which attempt is due when, and what an attempt's outcome
// means (the endpoint is ill: hold the line; the message is ill: set it aside after
// its budget; gone: disable), but it sends nothing, waits for nothing and knows no
// clock but the moments it is told.
package webhook
