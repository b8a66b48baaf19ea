package actors_test

import (
	"errors"
	"fmt"
	"math/rand/v2"
	"testing"
	"testing/synctest"
	"time"

	"pgregory.net/rapid"

	"partyline/actors"
	"partyline/actors/rules/session/fact"
	"partyline/protocol"
)

// Whatever disk, hosts and restarts do to a check: when all is calm again exactly the
// rooms are looked into that should be, and what is known is what was seen last.
func TestManyPlayerChecksEndCleanly(t *testing.T) {
	rapid.Check(t, func(r *rapid.T) {
		seed := rapid.Uint64().Draw(r, "seed")
		synctest.Test(t, func(t *testing.T) {
			s := &checkStorm{checked: newChecked(t, untilStopped), rand: rand.New(rand.NewPCG(seed, 1))}
			t.Logf("seed %d", seed)
			for range 30 {
				s.step()
				synctest.Wait()
			}
			s.calm()
		})
	})
}

type checkStorm struct {
	*checked
	rand  *rand.Rand
	seats int
}

func (s *checkStorm) try(c protocol.Command) {
	_, err := s.hub.Do(s.t.Context(), actors.Call{Command: c})
	if code := codeOf(err); err != nil && code != protocol.CodeStorage && code != protocol.CodeInvalid {
		s.t.Fatalf("%T: %v", c, err)
	}
}

func (s *checkStorm) step() {
	n := s.rand.IntN(12)
	switch n {
	case 0:
		s.journal.FailNext(1+s.rand.IntN(3), errors.New("sick"))
	case 1:
		s.journal.Refuse(errors.New("full"))
		time.Sleep(time.Duration(s.rand.IntN(5)) * time.Second)
		s.journal.Refuse(nil)
	case 2:
		s.again()
	case 3:
		s.try(protocol.StopPlayerCheck{ID: s.session, GameID: s.play})
	case 4:
		s.try(protocol.SetRoomCode{ID: s.session, GameID: s.play, RoomCode: fmt.Sprintf("RM%02d", s.rand.IntN(3))})
	case 5:
		s.try(protocol.SetPlayerCount{ID: s.session, GameID: s.play, PlayerCount: &n})
	case 6:
		time.Sleep(time.Duration(s.rand.IntN(15)) * time.Second)
	case 7, 8:
		s.try(protocol.StartPlayerCheck{ID: s.session, GameID: s.play})
	default:
		s.seats++
		s.see()
	}
}

// see reports an observation to every observer.
func (s *checkStorm) see() {
	if _, _, inside := s.rooms.log(); inside > 0 {
		s.rooms.say(fact.CheckWaiting, s.seats)
	}
}

func (s *checkStorm) calm() {
	time.Sleep(15 * time.Second)
	s.see()
	time.Sleep(15 * time.Second)
	st, err := s.hub.State(s.t.Context(), s.session)
	if err != nil {
		s.t.Fatal(err)
	}
	g := st.Games[len(st.Games)-1]
	_, codes, inside := s.rooms.log()
	switch status := *g.PlayerCountCheckStatus; status {
	case fact.CheckWaiting:
		if inside != 1 || codes[len(codes)-1] != *g.RoomCode || *g.PlayerCount != s.seats {
			s.t.Errorf("%d look, last at %s: room %s, count %d, seats %d", inside, codes[len(codes)-1], *g.RoomCode, *g.PlayerCount, s.seats)
		}
	case fact.CheckStopped, fact.CountManual:
		if inside != 0 {
			s.t.Errorf("%d look though it is %s", inside, status)
		}
	default:
		s.t.Errorf("ended as %s", status)
	}
}
