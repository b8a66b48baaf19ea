package actors_test

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"partyline/actors"
	"partyline/actors/rules/session"
	"partyline/actors/rules/session/fact"
	"partyline/protocol"
)

// look is one observation of the test's observer, the n-th from 1.
type look func(ctx context.Context, room string, n int, tell func(session.Observation)) error

// rooms is an observer that does what the script says and remembers when it was asked.
type rooms struct {
	mu     sync.Mutex
	play   look
	looks  []time.Time
	codes  []string
	inside int
	tell   func(session.Observation) // of the newest observation
}

func (r *rooms) Observe(ctx context.Context, room string, tell func(session.Observation)) error {
	r.mu.Lock()
	r.looks, r.codes, r.tell = append(r.looks, time.Now()), append(r.codes, room), tell
	r.inside++
	n, play := len(r.looks), r.play
	r.mu.Unlock()
	defer func() {
		r.mu.Lock()
		defer r.mu.Unlock()
		r.inside--
	}()
	return play(ctx, room, n, tell)
}

func (r *rooms) change(l look) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.play = l
}

// log is when and where was looked so far, and how many are looking now.
func (r *rooms) log() (looks []time.Time, codes []string, inside int) {
	synctest.Wait()
	r.mu.Lock()
	defer r.mu.Unlock()
	return slices.Clone(r.looks), slices.Clone(r.codes), r.inside
}

// say reports an observation as the latest.
func (r *rooms) say(status string, players int) {
	r.mu.Lock()
	tell := r.tell
	r.mu.Unlock()
	tell(observationOf(status, players))
	synctest.Wait()
}

// observationOf makes an observation; players below zero is no count.
func observationOf(status string, players int) session.Observation {
	s := session.Observation{Status: status}
	if players >= 0 {
		s.PlayerCount = &players
	}
	return s
}

// untilStopped observes until ctx ends.
func untilStopped(ctx context.Context, _ string, _ int, _ func(session.Observation)) error {
	<-ctx.Done()
	return ctx.Err()
}

// checked is a fixture with a game in room QUIP that is being checked.
type checked struct {
	*fixture
	rooms *rooms
	play  protocol.PlayID
}

func newChecked(t *testing.T, l look) *checked {
	t.Helper()
	c := &checked{fixture: newFixture(t), rooms: &rooms{play: l}}
	c.again()
	code := "QUIP"
	c.play = do[protocol.SessionGame](t, c.hub, protocol.AddGame{ID: c.session, GameID: 2, RoomCode: &code}).ID
	c.begin()
	return c
}

// again restarts the hub with the observer.
func (c *checked) again() {
	c.t.Helper()
	c.stop()
	c.hub = c.startWith(actors.Options{Journal: c.journal, Observer: c.rooms, Jitter: func() float64 { return 0.5 }})
	synctest.Wait()
}

func (c *checked) begin() {
	c.t.Helper()
	do[protocol.PlayerCheck](c.t, c.hub, protocol.StartPlayerCheck{ID: c.session, GameID: c.play})
	synctest.Wait()
}

// told are all player-count.updated events: "status count".
func (c *checked) told() (all []string) {
	c.t.Helper()
	synctest.Wait()
	for e, err := range c.hub.Replay(c.t.Context(), c.session, 0, 1<<40) {
		if err != nil {
			c.t.Fatal(err)
		}
		var event struct {
			Type protocol.EventType
			Data protocol.PlayerCountUpdated
		}
		if err := json.Unmarshal(e.Event, &event); err != nil {
			c.t.Fatal(err)
		}
		if event.Type != protocol.EventPlayerCount {
			continue
		}
		count := "-"
		if n := event.Data.PlayerCount; n != nil {
			count = fmt.Sprint(*n)
		}
		all = append(all, event.Data.Status+" "+count)
	}
	return all
}

func (c *checked) wantTold(want ...string) {
	c.t.Helper()
	if got := c.told(); !slices.Equal(got, want) {
		c.t.Fatalf("told %q, want %q", got, want)
	}
}

// wantLooking wants so many observations under way, of so many begun.
func (c *checked) wantLooking(inside, begun int) {
	c.t.Helper()
	if looks, _, now := c.rooms.log(); now != inside || len(looks) != begun {
		c.t.Fatalf("%d are looking of %d, want %d of %d", now, len(looks), inside, begun)
	}
}

func TestPlayerCheckOfOneHour(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		// One more player joins every ten minutes; each observation sees the same as the one before.
		c := newChecked(t, func(ctx context.Context, _ string, _ int, tell func(session.Observation)) error {
			begun := time.Now()
			for ctx.Err() == nil {
				tell(observationOf(fact.CheckWaiting, int(time.Since(begun)/(10*time.Minute))))
				select {
				case <-time.After(20 * time.Second):
				case <-ctx.Done():
				}
			}
			return ctx.Err()
		})
		time.Sleep(time.Hour - time.Second)
		c.wantLooking(1, 1)
		c.wantTold("checking -", "waiting 0", "waiting 1", "waiting 2", "waiting 3", "waiting 4", "waiting 5")
	})
}

func TestPlayerCheckFromOpenToClosedRoom(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c := newChecked(t, untilStopped)
		c.rooms.say(fact.CheckWaiting, 3)
		c.rooms.say(fact.CheckWaiting, 3)
		c.rooms.say(fact.CheckStarted, 4)
		c.rooms.change(func(context.Context, string, int, func(session.Observation)) error { panic("nobody looks any more") })
		c.rooms.say(fact.CheckFinished, -1)
		time.Sleep(time.Hour)
		c.wantLooking(0, 1)
		c.wantTold("checking -", "waiting 3", "started 4", "finished 4")
	})
}

func TestWhatEndsPlayerCheck(t *testing.T) {
	for name, end := range map[string]func(*checked) protocol.Command{
		"a stop":        func(c *checked) protocol.Command { return protocol.StopPlayerCheck{ID: c.session, GameID: c.play} },
		"the next game": func(c *checked) protocol.Command { return protocol.AddGame{ID: c.session, GameID: 3} },
		"the game's end": func(c *checked) protocol.Command {
			return protocol.SetGameStatus{ID: c.session, GameID: c.play, Status: protocol.StatusPlayed}
		},
		"the removal": func(c *checked) protocol.Command { return protocol.RemoveGame{ID: c.session, GameID: c.play} },
		"the close":   func(c *checked) protocol.Command { return protocol.CloseSession{ID: c.session} },
		"a count by hand": func(c *checked) protocol.Command {
			n := 9
			return protocol.SetPlayerCount{ID: c.session, GameID: c.play, PlayerCount: &n}
		},
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				c := newChecked(t, untilStopped)
				c.rooms.say(fact.CheckWaiting, 3)
				if _, err := c.hub.Do(t.Context(), actors.Call{Command: end(c)}); err != nil {
					t.Fatal(err)
				}
				c.wantLooking(0, 1)
				told := len(c.told())
				c.rooms.say(fact.CheckStarted, 8)
				time.Sleep(time.Hour)
				c.wantLooking(0, 1)
				if got := c.told(); len(got) != told {
					t.Errorf("told %q after the end", got[told:])
				}
			})
		})
	}
}

func TestPlayerCheckRestartsWithNewRoomCode(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c := newChecked(t, untilStopped)
		c.rooms.say(fact.CheckWaiting, 3)
		do[protocol.SessionGame](t, c.hub, protocol.SetRoomCode{ID: c.session, GameID: c.play, RoomCode: "draw"})
		c.wantLooking(1, 2)
		c.rooms.say(fact.CheckWaiting, 1)
		// Stopped and begun again at once: nothing of the first is left.
		do[protocol.PlayerCheck](t, c.hub, protocol.StopPlayerCheck{ID: c.session, GameID: c.play})
		c.begin()
		c.wantLooking(1, 3)
		c.rooms.say(fact.CheckWaiting, 1)
		if _, codes, _ := c.rooms.log(); !slices.Equal(codes, []string{"QUIP", "DRAW", "DRAW"}) {
			t.Errorf("looked at %v", codes)
		}
		c.wantTold("checking -", "waiting 3", "checking -", "waiting 1", "stopped 1", "checking 1", "waiting 1")
	})
}

func TestPlayerCheckResumesAfterRestart(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c := newChecked(t, untilStopped)
		c.rooms.say(fact.CheckStarted, 5)
		c.again()
		c.wantLooking(1, 2)
		time.Sleep(2 * time.Hour) // nobody asks
		c.wantLooking(1, 2)
		c.rooms.say(fact.CheckWaiting, 2) // the service knows less than we do
		c.rooms.say(fact.CheckStarted, 6)
		c.wantTold("checking -", "started 5", "started 6")
		c.stop()
		if _, _, inside := c.rooms.log(); inside != 0 {
			t.Error("somebody looks after the end")
		}
		c.hub = c.start()
	})
}

func TestRestartDuringRetryWait(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c := newChecked(t, func(context.Context, string, int, func(session.Observation)) error { return errors.New("not now") })
		time.Sleep(2 * time.Minute)
		c.rooms.change(untilStopped)
		c.again()
		c.rooms.say(fact.CheckWaiting, 2)
		c.wantTold("checking -", "waiting 2")
	})
}

func TestRetryWaitsAfterFailedObservations(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c := newChecked(t, func(context.Context, string, int, func(session.Observation)) error { return errors.New("throttled") })
		time.Sleep(5 * time.Minute)
		looks, _, _ := c.rooms.log()
		for i, want := range []int{5, 10, 20, 40, 60, 60} {
			wait := looks[i+1].Sub(looks[i])
			// An observation waits for the tick after its time.
			if least := time.Duration(want) * time.Second; wait < least || wait > least+time.Second {
				t.Errorf("pause %d is %v, want %v", i, wait, least)
			}
		}
		c.wantTold("checking -")
		time.Sleep(time.Hour)
		c.wantTold("checking -", "failed -")
		looks, _, inside := c.rooms.log()
		if end := looks[len(looks)-1].Sub(looks[0]); inside != 0 || end < 14*time.Minute || end > 17*time.Minute {
			t.Errorf("given up after %v, %d are looking", end, inside)
		}
	})
}

func TestLongObservationResetsRetryWait(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c := newChecked(t, func(ctx context.Context, _ string, n int, tell func(session.Observation)) error {
			if n <= 4 {
				return errors.New("not yet")
			}
			tell(observationOf(fact.CheckWaiting, 2))
			select {
			case <-time.After(2 * time.Minute):
			case <-ctx.Done():
			}
			return errors.New("cut off")
		})
		time.Sleep(time.Hour)
		looks, _, _ := c.rooms.log()
		for i, at := range looks[6:] {
			if gap := at.Sub(looks[5+i]); gap < 2*time.Minute+5*time.Second || gap > 2*time.Minute+6*time.Second {
				t.Errorf("look %d after %v", i, gap)
			}
		}
		c.wantTold("checking -", "waiting 2")
	})
}

func TestObserverPanic(t *testing.T) {
	for name, l := range map[string]look{
		"panics":                func(context.Context, string, int, func(session.Observation)) error { panic("a hostile room") },
		"comes back in silence": func(context.Context, string, int, func(session.Observation)) error { return nil },
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				c := newChecked(t, func(ctx context.Context, room string, n int, tell func(session.Observation)) error {
					if n == 1 {
						return l(ctx, room, n, tell)
					}
					return untilStopped(ctx, room, n, tell)
				})
				time.Sleep(10 * time.Second)
				c.wantLooking(1, 2)
				c.rooms.say(fact.CheckWaiting, 2)
				c.wantTold("checking -", "waiting 2")
			})
		})
	}
}

func TestObservationIsNotLostWhenJournalFails(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c := newChecked(t, untilStopped)
		c.journal.Refuse(errors.New("full"))
		c.rooms.say(fact.CheckWaiting, 2)
		time.Sleep(time.Minute)
		c.rooms.say(fact.CheckWaiting, 3)
		time.Sleep(time.Minute)
		c.wantTold("checking -")
		c.journal.Refuse(nil)
		time.Sleep(10 * time.Second)
		c.wantTold("checking -", "waiting 3")
		c.wantLooking(1, 1)
	})
}

func TestOneFactPerChangedObservation(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c := newChecked(t, untilStopped)
		for i := range 1000 {
			c.rooms.say(fact.CheckWaiting, 1+i/500)
		}
		c.wantTold("checking -", "waiting 1", "waiting 2")
	})
}
