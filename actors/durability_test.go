package actors_test

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"partyline/actors"
	"partyline/actors/admission"
	"partyline/protocol"
)

// Answers and events leave only after the commit that holds them.

func TestVoteIsNotPublishedBeforeItIsDurable(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		e := newFixture(t)
		f, err := e.hub.Watch(t.Context(), e.session, func() {})
		if err != nil {
			t.Fatal(err)
		}
		head := f.Head()
		e.journal.Hold()
		answered := make(chan error, 1)
		go func() {
			_, err := e.vote("ann", protocol.VoteUp)
			answered <- err
		}()
		read := make(chan int64, 1)
		synctest.Wait()
		go func() {
			st, _ := e.hub.State(t.Context(), e.session)
			read <- st.Tallies[0].Upvotes
		}()
		synctest.Wait()
		if len(answered) > 0 || len(read) > 0 || f.Head() != head {
			t.Fatal("somebody heard of a vote that is not committed")
		}
		e.journal.Release()
		if err := <-answered; err != nil {
			t.Fatal(err)
		}
		if n := <-read; n != 1 {
			t.Fatal("a read behind the vote does not show it:", n)
		}
		synctest.Wait()
		if f.Head() != head+1 {
			t.Fatal("the event did not follow the commit")
		}
		e.hub.Unwatch(e.session, f)
	})
}

func TestFailedCommitIsAnswered503AndForgotten(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		e := newFixture(t)
		if _, err := e.vote("first", protocol.VoteUp); err != nil {
			t.Fatal(err)
		}
		f, err := e.hub.Watch(t.Context(), e.session, func() {})
		if err != nil {
			t.Fatal(err)
		}
		e.journal.Hold()
		var wg sync.WaitGroup
		codes := make([]protocol.Code, 20)
		for i := range codes {
			wg.Go(func() {
				_, err := e.vote(fmt.Sprint("lost", i), protocol.VoteUp)
				codes[i] = codeOf(err)
			})
		}
		synctest.Wait()
		e.journal.FailNext(1, errors.New("disk on fire"))
		e.journal.Release()
		wg.Wait()
		for i, c := range codes {
			if c != protocol.CodeStorage {
				t.Fatalf("vote %d in a failed commit: %q", i, c)
			}
		}
		synctest.Wait()
		if !f.Closed() {
			t.Fatal("the feed of the past incarnation goes on")
		}
		a, err := e.vote("after", protocol.VoteUp)
		if err != nil || a.Game.Upvotes != 2 {
			t.Fatalf("after the disk has recovered: %+v %v", a, err)
		}
		st, err := e.hub.State(t.Context(), e.session)
		if err != nil || st.Seq != 4 {
			t.Fatalf("the log has a gap or a ghost: %+v %v", st, err)
		}
	})
}

func TestFullDiskRefusesAndRecovers(t *testing.T) {
	e := newFixture(t)
	e.journal.Refuse(errors.New("below the reserve"))
	if _, err := e.vote("a", protocol.VoteUp); codeOf(err) != protocol.CodeStorage {
		t.Fatal("vote on a full disk:", err)
	}
	if codeOf(e.hub.Health()) != protocol.CodeStorage {
		t.Fatal("health on a full disk:", e.hub.Health())
	}
	if _, err := e.hub.Session(t.Context(), e.session); err != nil {
		t.Fatal("reads go on:", err)
	}
	e.journal.Refuse(nil)
	if _, err := e.vote("a", protocol.VoteUp); err != nil {
		t.Fatal("vote when there is room again:", err)
	}
}

func TestFailedSessionCreationDoesNotCount(t *testing.T) {
	e := newFixture(t)
	do[protocol.Session](t, e.hub, protocol.CloseSession{ID: e.session})
	e.journal.FailNext(1, errors.New("disk on fire"))
	if _, err := e.hub.Do(t.Context(), actors.Call{Command: protocol.CreateSession{}}); codeOf(err) != protocol.CodeStorage {
		t.Fatal(err)
	}
	s := do[protocol.Session](t, e.hub, protocol.CreateSession{})
	if active, err := e.hub.ActiveSession(t.Context()); err != nil || active == nil || active.ID != s.ID {
		t.Fatal("active:", active, err)
	}
}

func TestGateIsBounded(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		e := newFixture(t)
		e.stop()
		h, err := actors.New(t.Context(), actors.Options{Journal: e.journal, MaxInFlight: 16})
		if err != nil {
			t.Fatal(err)
		}
		e.hub = h
		e.journal.Hold()
		results := make(chan protocol.Code, 20)
		for i := range 20 {
			go func() {
				_, err := e.vote(fmt.Sprint("v", i), protocol.VoteUp)
				results <- codeOf(err)
			}()
		}
		synctest.Wait()
		if len(results) != 9 {
			t.Fatalf("%d of 20 were answered while bots have 11 of 16 places", len(results))
		}
		e.journal.Release()
		refused := 0
		for range 20 {
			if <-results == protocol.CodeOverloaded {
				refused++
			}
		}
		if refused != 9 {
			t.Fatalf("%d refused", refused)
		}
	})
}

// TestReadsOfStrangersOnSlowDiskLeaveSlots: what reads a session waits behind its commits.
func TestReadsOfStrangersOnSlowDiskLeaveSlots(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		e := newFixture(t)
		e.stop()
		h, err := actors.New(t.Context(), actors.Options{Journal: e.journal, MaxInFlight: 16})
		if err != nil {
			t.Fatal(err)
		}
		e.hub = h
		e.journal.Hold()
		ctx, cancel := context.WithTimeout(t.Context(), time.Hour)
		defer cancel()
		const strangers = 100
		told := make(chan protocol.Code, strangers+2)
		ask := func(f func() error) { go func() { told <- codeOf(f()) }() }
		ask(func() error { _, err := e.vote("ann", protocol.VoteUp); return err })
		synctest.Wait()
		for range strangers {
			ask(func() error {
				_, err := h.SessionVotes(admission.WithClass(ctx, admission.ClassStranger), e.session)
				return err
			})
		}
		synctest.Wait()
		if len(told) != strangers-2 {
			t.Fatalf("%d of %d strangers were sent away while they have 2 of 16 places", len(told), strangers)
		}
		for range strangers - 2 {
			if code := <-told; code != protocol.CodeOverloaded {
				t.Fatal("a stranger is told", code)
			}
		}
		ask(func() error { _, err := e.vote("bob", protocol.VoteUp); return err })
		ask(func() error { _, err := h.SessionVotes(ctx, e.session); return err })
		synctest.Wait()
		if len(told) > 0 {
			t.Fatal("a bot or the host was sent away:", <-told)
		}
		e.journal.Release()
		for range 5 {
			if code := <-told; code != "" {
				t.Error("who was let in is told", code)
			}
		}
	})
}

func TestCloseCommitsAndAnswersAdmittedRequests(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		e := newFixture(t)
		e.journal.Hold()
		results := make(chan error, 10)
		for i := range 10 {
			go func() {
				_, err := e.vote(fmt.Sprint("v", i), protocol.VoteUp)
				results <- err
			}()
		}
		synctest.Wait()
		closed := make(chan error, 1)
		go func() {
			ctx, cancel := context.WithTimeout(context.Background(), time.Minute)
			defer cancel()
			closed <- e.hub.Close(ctx)
		}()
		synctest.Wait()
		if _, err := e.vote("late", protocol.VoteUp); codeOf(err) != protocol.CodeDraining {
			t.Fatal("let in while draining:", err)
		}
		e.journal.Release()
		for range 10 {
			if err := <-results; err != nil {
				t.Fatal("a vote that was let in:", err)
			}
		}
		if err := <-closed; err != nil {
			t.Fatal(err)
		}
		e.hub = e.start()
		st, err := e.hub.State(t.Context(), e.session)
		if err != nil || st.Tallies[0].Upvotes != 10 {
			t.Fatalf("%+v %v", st, err)
		}
	})
}
