// Package feed is one session's committed events, ready to send: a ring of
// complete WebSocket frames, and the picture: the newest snapshot and tally, for
// readers that do not follow every event.
//
// One actor writes a feed. Any number of readers stand in it as cursors: a cursor
// is the seq of the last event its owner has, nothing else, so a feed does not
// know who reads it and no reader can hold it up. An event is framed once however
// many read it, and whoever is behind by many events gets them as a few long
// slices that go out in one write.
//
// The ring is bounded. A reader that has fallen out of it is told so (ErrOverrun)
// and helps itself from the journal or with a snapshot. Segments are replaced,
// never written over, so a slice that was handed out stays as it is for as long as
// somebody holds it.
//
// Votes are counted here, so a tally costs nothing until somebody looks. Whatever else
// happens makes the feed stale: only the session knows its state, and is asked for it
// when somebody looks, not for each event.
//
// The package has no goroutines, does no I/O, and must not be told anything that
// is not committed.
package feed
