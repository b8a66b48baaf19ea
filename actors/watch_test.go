package actors_test

import (
	"context"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"partyline/actors"
	"partyline/protocol"
)

func TestWatchOfUnknownSessionIsRefused(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		e := newFixture(t)
		if _, err := e.hub.Watch(t.Context(), 99, func() {}); codeOf(err) != protocol.CodeNotFound {
			t.Fatal(err)
		}
	})
}

func TestAbandonedWatchIsReleased(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		e := newFixture(t)
		e.journal.Hold()
		go func() { _, _ = e.vote("ann", protocol.VoteUp) }()
		synctest.Wait()
		ctx, cancel := context.WithTimeout(t.Context(), time.Second)
		defer cancel()
		if _, err := e.hub.Watch(ctx, e.session, func() {}); codeOf(err) != protocol.CodeTimeout {
			t.Fatal(err)
		}
		e.journal.Release()
		synctest.Wait()
		f, err := e.hub.Watch(t.Context(), e.session, func() {})
		if err != nil {
			t.Fatal(err)
		}
		e.hub.Unwatch(e.session, f)
		synctest.Wait()
		if !f.Closed() {
			t.Fatal("the watch that timed out still counts")
		}
	})
}

func TestManySessionsMayStartAtOnce(t *testing.T) {
	e := newFixture(t)
	e.stop()
	h, err := actors.New(t.Context(), actors.Options{Journal: e.journal})
	if err != nil {
		t.Fatal(err)
	}
	e.hub = h
	head := h.Announcements().Head()
	var wg sync.WaitGroup
	for range 20 {
		wg.Go(func() {
			if _, err := h.Do(t.Context(), actors.Call{Command: protocol.CreateSession{}}); err != nil {
				t.Error(err)
			}
		})
	}
	wg.Wait()
	// The answers leave before the events; a read of each session waits for them.
	for id := range protocol.SessionID(20) {
		if _, err := h.State(t.Context(), e.session+1+id); err != nil {
			t.Fatal(err)
		}
	}
	if h.Announcements().Head() != head+20 {
		t.Fatalf("the lobby heard of %d", h.Announcements().Head()-head)
	}
}
