package sessions

import (
	"sync"

	"partyline/actors/feed"
)

// announcements is the feed of the first events of all sessions. Every session's actor
// publishes to it, and a feed has one writer at a time.
type announcements struct {
	mu   sync.Mutex
	feed *feed.Feed
}

func newAnnouncements() *announcements { return &announcements{feed: feed.New(0, 0)} }

func (a *announcements) publish(event []byte) {
	a.mu.Lock()
	defer a.mu.Unlock()
	a.feed.Publish(event)
}

func (a *announcements) close() {
	a.mu.Lock()
	defer a.mu.Unlock()
	a.feed.Close()
}
