// Package feed holds one session's committed events, ready to send: a ring of complete
// WebSocket frames, and a summary, the newest snapshot and tally, for readers that do not
// follow every event.
//
// One actor writes a feed. Any number of readers read it through cursors: a cursor is the seq
// of the last event a reader has, nothing else, so a feed does not know its readers and no
// reader can delay it. An event is framed once however many read it, and a reader that is many
// events behind gets them as a few long slices that go out in one write.
//
// The ring is bounded. A reader whose cursor is older gets ErrOverrun, and continues from the
// journal or with a snapshot. Segments are replaced, never overwritten, so a slice that was
// returned stays valid for as long as somebody holds it.
//
// Votes are counted here, so a tally costs nothing until it is read. Any other event makes the
// feed stale: only the session knows its state, and is asked for it when a reader wants it,
// not for each event.
//
// The package has no goroutines, does no I/O, and must not be given anything that is not
// committed.
package feed
