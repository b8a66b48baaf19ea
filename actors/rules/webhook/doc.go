// Package webhook is the state machine of one webhook: its filter, its cursor in the
// journal, and what follows when a delivery fails.
//
// It is pure: it decides when the next attempt is due and what an outcome means (the
// endpoint fails: hold all deliveries and retry with backoff; the endpoint refuses one
// message: dead letter after its budget; 410: disable), but it sends nothing, waits for
// nothing and reads no clock: the time comes with each command.
package webhook
