package actors

import (
	"testing"
	"testing/synctest"
	"time"

	"partyline/actors/session"
	"partyline/persistence/memory"
	"partyline/protocol"
)

// What is begun between a session's wish to sleep and the last call wakes it again.
func TestASessionThatGotBusyWhileFallingAsleepComesBack(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		j := memory.New(memory.Options{})
		h, err := New(t.Context(), Options{Journal: j})
		if err != nil {
			t.Fatal(err)
		}
		defer func() {
			if err := h.Close(t.Context()); err != nil {
				t.Error(err)
			}
			_ = j.Close()
		}()
		id := play(t, h)
		before := h.routes.pids[id]
		h.system.Send(h.registry, &passivate{id: id, pid: before})
		time.Sleep(time.Hour)
		synctest.Wait()
		h.routes.mu.RLock()
		after := h.routes.pids[id]
		h.routes.mu.RUnlock()
		if after == nil || after.Equal(before) {
			t.Fatalf("it is at %v, and was at %v", after, before)
		}
		_, err = askSession(t.Context(), h, id, func(s *session.State) (bool, *protocol.Error) {
			if !s.Busy() {
				t.Error("nothing is running any more")
			}
			return true, nil
		})
		if err != nil {
			t.Error(err)
		}
	})
}

// play has a check running in a session.
func play(t *testing.T, h *Hub) protocol.SessionID {
	t.Helper()
	code := "QUIP"
	s := must[protocol.Session](t, h, protocol.CreateSession{})
	g := must[protocol.SessionGame](t, h, protocol.AddGame{ID: s.ID, GameID: 1, RoomCode: &code})
	must[protocol.PlayerCheck](t, h, protocol.StartPlayerCheck{ID: s.ID, GameID: g.ID})
	return s.ID
}

func must[T any](t *testing.T, h *Hub, c protocol.Command) T {
	t.Helper()
	answer, err := h.Do(t.Context(), Call{Command: c})
	if err != nil {
		t.Fatalf("%T: %v", c, err)
	}
	return answer.(T)
}
