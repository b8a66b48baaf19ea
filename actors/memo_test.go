package actors_test

import (
	"context"
	"encoding/json"
	"errors"
	"testing"
	"testing/synctest"
	"time"

	"partyline/actors"
	"partyline/protocol"
)

func TestSameKeyGivesFirstAnswer(t *testing.T) {
	e := newFixture(t)
	key := &actors.Key{Scope: "votes.live admin", Name: "k1", Fingerprint: [32]byte{1}}
	now := protocol.TimestampOf(time.Now())
	call := actors.Call{Command: &protocol.CastVote{Username: "ann", Vote: protocol.VoteUp, Timestamp: now.VoteTimestamp()}, Key: key}
	first, err := e.hub.Do(t.Context(), call)
	if err != nil {
		t.Fatal(err)
	}
	want, _ := json.Marshal(first)
	for range 2 {
		again, err := e.hub.Do(t.Context(), call)
		if err != nil {
			t.Fatal(err)
		}
		if got, ok := again.(json.RawMessage); !ok || string(got) != string(want) {
			t.Fatalf("replayed %s, first %s", got, want)
		}
		e.restart() // durable
	}
	other := call
	other.Key = &actors.Key{Scope: key.Scope, Name: key.Name, Fingerprint: [32]byte{2}}
	if _, err := e.hub.Do(t.Context(), other); codeOf(err) != protocol.CodeKeyReused {
		t.Fatal("the key with another request:", err)
	}
	st, err := e.hub.State(t.Context(), e.session)
	if err != nil || st.Tallies[0].Upvotes != 1 {
		t.Fatalf("%+v %v", st, err)
	}
}

func TestRefusalIsStoredForKey(t *testing.T) {
	e := newFixture(t)
	call := actors.Call{Command: protocol.DeleteSession{ID: e.session}, Key: &actors.Key{Name: "r"}}
	if _, err := e.hub.Do(t.Context(), call); codeOf(err) != protocol.CodeSessionActive {
		t.Fatal(err)
	}
	do[protocol.Session](t, e.hub, protocol.CloseSession{ID: e.session})
	if _, err := e.hub.Do(t.Context(), call); codeOf(err) != protocol.CodeSessionActive {
		t.Fatal("the first answer again, though it would succeed now:", err)
	}
}

func TestUnknownOutcomeIsNotStoredForKey(t *testing.T) {
	e := newFixture(t)
	call := actors.Call{Command: protocol.CloseSession{ID: e.session}, Key: &actors.Key{Name: "u"}}
	e.journal.FailNext(1, errors.New("disk on fire"))
	if _, err := e.hub.Do(t.Context(), call); codeOf(err) != protocol.CodeStorage {
		t.Fatal(err)
	}
	if _, err := e.hub.Do(t.Context(), call); err != nil {
		t.Fatal("sent again with the same key:", err)
	}
}

func TestKeyInFlight(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		e := newFixture(t)
		e.journal.Hold()
		call := actors.Call{Command: protocol.CloseSession{ID: e.session}, Key: &actors.Key{Name: "k"}}
		first := make(chan error, 1)
		go func() {
			_, err := e.hub.Do(context.Background(), call)
			first <- err
		}()
		synctest.Wait()
		if _, err := e.hub.Do(t.Context(), call); codeOf(err) != protocol.CodeKeyInFlight {
			t.Fatal(err)
		}
		e.journal.Release()
		if err := <-first; err != nil {
			t.Fatal(err)
		}
		if _, err := e.hub.Do(t.Context(), call); err != nil {
			t.Fatal("the first answer again:", err)
		}
	})
}

func TestOnceRunsOnce(t *testing.T) {
	e := newFixture(t)
	ran := 0
	f := func() (any, error) {
		ran++
		return map[string]int{"n": ran}, nil
	}
	key := &actors.Key{Name: "pick"}
	for range 3 {
		answer, err := e.hub.Once(t.Context(), key, f)
		if err != nil {
			t.Fatal(err)
		}
		if b, _ := json.Marshal(answer); string(b) != `{"n":1}` {
			t.Fatalf("%s", b)
		}
	}
	if ran != 1 {
		t.Fatal("ran", ran)
	}
}

func TestPartlyFailedBatchIsNotStoredForKey(t *testing.T) {
	e := newFixture(t)
	e.stop()
	e.hub = e.startWith(actors.Options{Journal: e.journal})
	second := do[protocol.Session](t, e.hub, protocol.CreateSession{})
	do[protocol.SessionGame](t, e.hub, protocol.AddGame{ID: second.ID, GameID: 2})
	now := protocol.TimestampOf(time.Now())
	batch := actors.Call{Key: &actors.Key{Name: "b"}, Command: &protocol.CastVotes{Votes: []protocol.CastVote{
		{SessionID: e.session, Username: "ann", Vote: protocol.VoteUp, Timestamp: now.VoteTimestamp()},
		{SessionID: second.ID, Username: "ann", Vote: protocol.VoteUp, Timestamp: now.VoteTimestamp()},
	}}}
	e.journal.FailNext(1, errors.New("disk on fire"))
	first, err := e.hub.Do(t.Context(), batch)
	if err != nil || first.(*protocol.BatchResult).Accepted != 1 {
		t.Fatalf("%+v %v", first, err)
	}
	if _, err := e.hub.Do(t.Context(), batch); err != nil {
		t.Fatal(err)
	}
	for _, id := range []protocol.SessionID{e.session, second.ID} {
		v, err := e.hub.SessionVotes(t.Context(), id)
		if err != nil || len(v.Votes) != 1 || v.Votes[0].TotalVotes != 1 {
			t.Fatalf("session %d: %+v %v", id, v, err)
		}
	}
}

func TestStoredAnswerOfAddGameOutlivesTheGame(t *testing.T) {
	e := newFixture(t)
	call := actors.Call{Command: protocol.AddGame{ID: e.session, GameID: 2}, Key: &actors.Key{Name: "g"}}
	if _, err := e.hub.Do(t.Context(), call); err != nil {
		t.Fatal(err)
	}
	do[protocol.Message](t, e.hub, protocol.DeleteGame{ID: 2})
	if _, err := e.hub.Do(t.Context(), call); err != nil {
		t.Fatal(err)
	}
}
