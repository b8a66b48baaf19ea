package actors

import (
	"sync"

	"partyline/actors/feed"
)

// lobby is the feed that everybody hears: the beginning of every session. Sessions
// begin in their own actors, and a feed wants one writer at a time.
type announcements struct {
	mu   sync.Mutex
	feed *feed.Feed
}

func newAnnouncements() *announcements { return &announcements{feed: feed.New(0, 0)} }

func (l *announcements) publish(event []byte) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.feed.Publish(event)
}

func (l *announcements) close() {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.feed.Close()
}

// Announcements is the feed of the session.started events of all sessions. Its seqs are
// its own.
func (h *Hub) Announcements() *feed.Feed { return h.announcements.feed }
