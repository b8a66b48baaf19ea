package sessions

import (
	"context"
	"testing"
	"testing/synctest"
	"time"

	"github.com/rs/zerolog"

	"partyline/actors/admission"
	"partyline/actors/ledger"
	"partyline/actors/rules/session"
	"partyline/actors/runtime"
	"partyline/persistence"
	"partyline/persistence/memory"
	"partyline/protocol"
)

// A check that is started between a session's wish to be passivated and its drain has the
// session loaded again.
func TestCheckStartedDuringPassivationWakesSession(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := startService(t)
		id := startCheck(t, s)
		before := s.addresses.pids[id]
		s.System.Send(s.registry, &passivate{id: id, pid: before})
		time.Sleep(time.Hour)
		synctest.Wait()
		s.addresses.mu.RLock()
		after := s.addresses.pids[id]
		s.addresses.mu.RUnlock()
		if after == nil || after.Equal(before) {
			t.Fatalf("its actor is %v, and was %v", after, before)
		}
		_, err := Ask(t.Context(), s, id, func(h *session.State) (bool, *protocol.Error) {
			if !h.Busy() {
				t.Error("nothing is running any more")
			}
			return true, nil
		})
		if err != nil {
			t.Error(err)
		}
	})
}

// startService starts a Service on a journal in memory, which ticks once a second.
func startService(t *testing.T) *Service {
	t.Helper()
	j := memory.New(memory.Options{})
	writer := ledger.NewSnapshotWriter(j, zerolog.Nop())
	s := New(Options{
		Env:               ledger.Env{Journal: j, Now: time.Now, Clock: ledger.NewClock(nil, zerolog.Nop()), Counters: &ledger.Counters{}, SaveSnapshot: writer.Enqueue},
		System:            runtime.New(zerolog.Nop(), func(any) {}),
		Caller:            &ledger.Caller{Gate: admission.New(admission.DefaultLimit)},
		IdleTimeout:       5 * time.Minute,
		Checkpointed:      func(context.Context) (persistence.Position, error) { return 0, nil },
		RequestCheckpoint: func() {},
	})
	if err := s.Start(t.Context(), Known{}, func(protocol.SessionID, persistence.Seq, error) {}); err != nil {
		t.Fatal(err)
	}
	ticker := runtime.StartTicker(s.Tick)
	t.Cleanup(func() {
		ticker.Stop()
		if err := s.Drain(context.Background()); err != nil {
			t.Error(err)
		}
		s.Stop(context.Background())
		writer.Stop(context.Background())
		s.System.Stop()
		_ = j.Close()
	})
	return s
}

// startCheck creates a session and starts a player check in it.
func startCheck(t *testing.T, s *Service) protocol.SessionID {
	t.Helper()
	code := "QUIP"
	created := decide[protocol.Session](t, s, protocol.CreateSession{})
	g := decide[protocol.SessionGame](t, s, protocol.AddGame{ID: created.ID, GameID: 1, RoomCode: &code, Game: protocol.Game{ID: 1, Title: "Quiplash"}})
	decide[protocol.PlayerCheck](t, s, protocol.StartPlayerCheck{ID: created.ID, GameID: g.ID})
	return created.ID
}

func decide[T any](t *testing.T, s *Service, cmd protocol.SessionCommand) T {
	t.Helper()
	future := s.Caller.Futures.Get()
	c := &ledger.Command{Cmd: cmd, Responder: ledger.Responder{Done: future.Done}}
	if err := s.Decide(c, cmd); err != nil {
		t.Fatalf("%T: %v", cmd, err)
	}
	answer, err := future.Wait(t.Context())
	if err != nil {
		t.Fatalf("%T: %v", cmd, err)
	}
	return answer.(T)
}
