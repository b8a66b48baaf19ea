package committer

import (
	"slices"
	"sync"

	"github.com/rs/zerolog"

	"partyline/persistence"
)

// watchers are the functions to be called with each new head. The list is replaced, never
// changed, so that the committer reads it without holding the lock over a call.
type watchers struct {
	mu   sync.Mutex
	list []*watcher
}

type watcher struct{ f func(persistence.Position) }

// Watch calls f with the head after each commit that moved it, from the committer's
// goroutine. A commit under way while cancel is called may still call f.
func (c *Committer) Watch(f func(head persistence.Position)) (cancel func()) {
	w := &watcher{f}
	c.watchers.update(func(list []*watcher) []*watcher { return append(list, w) })
	return func() {
		c.watchers.update(func(list []*watcher) []*watcher {
			return slices.DeleteFunc(list, func(other *watcher) bool { return other == w })
		})
	}
}

func (ws *watchers) update(f func([]*watcher) []*watcher) {
	ws.mu.Lock()
	defer ws.mu.Unlock()
	ws.list = f(slices.Clone(ws.list))
}

func (ws *watchers) notify(head persistence.Position, log zerolog.Logger) {
	ws.mu.Lock()
	list := ws.list
	ws.mu.Unlock()
	for _, w := range list {
		w.notify(head, log)
	}
}

func (w *watcher) notify(head persistence.Position, log zerolog.Logger) {
	defer func() {
		if p := recover(); p != nil {
			log.Error().Interface("panic", p).Msg("journal watcher panicked")
		}
	}()
	w.f(head)
}
