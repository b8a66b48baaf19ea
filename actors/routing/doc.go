// Package routing brings the events of the journal to webhooks: each event that matches a
// webhook's filter once and in order, whatever overflows, changes or starts again.
//
// The Router reads the journal once and pushes each event into the bounded queues of those
// that it matches. An Inbox takes from its queue; while there is a gap between what it has
// found and where its queue begins, it reads the journal itself. A checkpoint says up to
// where inboxes were empty, so that a start need not read what nobody wanted.
//
// The package sends nothing and knows nothing of attempts.
package routing
