package ecast_test

import (
	"context"
	"errors"
	"strings"
	"testing"
	"time"

	"partyline/gateway/ecast/fake"
)

func TestAGameFromTheLobbyToItsEnd(t *testing.T) {
	inWorld(t, func(w *world) {
		room := w.service.Open("QUIP")
		room.Join("ann")
		w.observe("QUIP")
		w.want("waiting 1")
		ben := room.Join("ben")
		w.want("waiting 1", "waiting 2")
		room.Leave(ben)
		room.SetObject("room", map[string]any{"state": "Lobby", "lobbyState": "CanStart"})
		rest(time.Minute)
		w.want("waiting 1", "waiting 2")
		room.SetObject("room", map[string]any{"state": "Gameplay"})
		w.want("waiting 1", "waiting 2", "started 2")
		room.SetObject("room", map[string]any{"state": "PostGame", "gameFinished": true, "gameResults": map[string]any{}})
		w.want("waiting 1", "waiting 2", "started 2", "finished 2")
		_ = w.wantBack(false)
	})
}

func TestHowAGameBegins(t *testing.T) {
	for name, begin := range map[string]func(*fake.Room){
		"locked":            (*fake.Room).Lock,
		"an object":         func(r *fake.Room) { r.SetObject("bc:room", map[string]any{"state": "Gameplay"}) },
		"a text":            func(r *fake.Room) { r.SetText("bc:room", map[string]any{"state": "Gameplay"}) },
		"a text, otherwise": func(r *fake.Room) { r.SetText("room", map[string]any{"state": "PostGame"}) },
	} {
		t.Run(name, func(t *testing.T) {
			for _, before := range []bool{true, false} {
				inWorld(t, func(w *world) {
					room := w.service.Open("QUIP")
					if before {
						begin(room)
					}
					w.observe("QUIP")
					if !before {
						w.want("waiting 0")
						begin(room)
					}
					if seen := w.seen(); seen[len(seen)-1] != "started 0" {
						t.Errorf("saw %q", seen)
					}
					w.wantAway()
				})
			}
		})
	}
}

func TestHowARoomEnds(t *testing.T) {
	for name, end := range map[string]func(*fake.Room){
		"it exits":                                 (*fake.Room).Exit,
		"it finishes":                              func(r *fake.Room) { r.SetText("room", map[string]any{"gameFinished": true}) },
		"it is gone, said 1000":                    func(r *fake.Room) { r.Vanish(); r.End(1000) },
		"it is gone, said 1005":                    func(r *fake.Room) { r.Vanish(); r.End(1005) },
		"it is gone, in 1006":                      func(r *fake.Room) { r.Vanish(); r.Drop() },
		"it is gone, in 1006, and nobody knows it": func(r *fake.Room) { r.Refuse(fake.NotFound); r.Drop() },
	} {
		t.Run(name, func(t *testing.T) {
			inWorld(t, func(w *world) {
				room := w.service.Open("QUIP")
				room.Join("ann")
				w.observe("QUIP")
				end(room)
				rest(2 * time.Second)
				w.want("waiting 1", "finished 1")
				_ = w.wantBack(false)
			})
		})
	}
}

func TestARoomThatIsNone(t *testing.T) {
	inWorld(t, func(w *world) {
		w.observe("NONE")
		w.want("finished -")
		_ = w.wantBack(false)
	})
}

func TestWhatIsNoRoomCodeIsNotAskedFor(t *testing.T) {
	for _, code := range []string{"", "ABC", "ABCDE", "abcd", "AB/D", "../.", "AB D", "ABC\n", "ÄBC", "A%2F"} {
		inWorld(t, func(w *world) {
			w.observe(code)
			w.want("failed -")
			_ = w.wantBack(false)
			if asked := w.service.Asked(); len(asked) != 0 {
				t.Errorf("%q: asked for %v", code, asked)
			}
		})
	}
}

func TestAGameThatDoesNotTellIsProbed(t *testing.T) {
	inWorld(t, func(w *world) {
		room := w.service.Open("QUIP").Silent()
		w.observe("QUIP")
		w.want("waiting 0")
		for range 3 {
			room.Join("somebody")
		}
		rest(19 * time.Second)
		w.want("waiting 0")
		rest(time.Second)
		w.want("waiting 0", "waiting 3")
		rest(time.Hour)
		if open, peak := w.service.Connections(); open != 1 || peak != 2 {
			t.Errorf("%d are open, %d were", open, peak)
		}
		if at, _ := w.sockets(); len(at) != 1+181 {
			t.Errorf("%d connections in an hour and 20 seconds", len(at))
		}
		room.SetObject("room", map[string]any{"state": "Gameplay"})
		before, _ := w.sockets()
		rest(time.Hour)
		if after, _ := w.sockets(); len(after) != len(before) {
			t.Error("probed though nobody can come in any more")
		}
	})
}

func TestAGameThatTellsIsNotProbed(t *testing.T) {
	inWorld(t, func(w *world) {
		room := w.service.Open("QUIP")
		w.observe("QUIP")
		room.Join("ann")
		rest(time.Hour)
		if at, _ := w.sockets(); len(at) != 1 {
			t.Errorf("%d connections", len(at))
		}
		w.mu.Lock()
		defer w.mu.Unlock()
		if n := len(w.sights); n < 180 {
			t.Errorf("told %d times in an hour, so nobody knows that it is well", n)
		}
	})
}

func TestAProbeThatFailsDoesNoHarm(t *testing.T) {
	inWorld(t, func(w *world) {
		room := w.service.Open("QUIP").Silent()
		w.observe("QUIP")
		room.Refuse(fake.RateLimit)
		room.Join("ann")
		rest(time.Minute)
		w.want("waiting 0")
		room.Refuse(0)
		rest(20 * time.Second)
		w.want("waiting 0", "waiting 1")
		room.Vanish()
		rest(20 * time.Second)
		w.want("waiting 0", "waiting 1", "finished 1")
		_ = w.wantBack(false)
	})
}

func TestALostConnectionIsOpenedAgain(t *testing.T) {
	for _, jitter := range []float64{0, 0.999999} {
		inWorld(t, func(w *world) {
			w.jitter = jitter
			room := w.service.Open("QUIP")
			w.observe("QUIP")
			room.Join("ann")
			room.Drop()
			room.Join("ben") // nobody hears of it
			w.want("waiting 0", "waiting 1")
			rest(1500 * time.Millisecond)
			w.want("waiting 0", "waiting 1", "waiting 2")
			at, again := w.sockets()
			wait := at[1].Sub(at[0])
			if len(at) != 2 || again[0] || !again[1] || wait < time.Second || wait > 1500*time.Millisecond {
				t.Errorf("opened %v, again %v", at, again)
			}
			if jitter == 0 && wait != time.Second {
				t.Errorf("the shortest wait is %v", wait)
			}
		})
	}
}

func TestWaitsForAConnectionThatBreaksAgainAndAgain(t *testing.T) {
	inWorld(t, func(w *world) {
		room := w.service.Open("QUIP")
		w.observe("QUIP")
		for _, seconds := range []float64{1, 2, 4, 8, 13, 13, 13, 13, 13, 13} {
			room.Drop()
			begun := time.Now()
			for before, _ := w.sockets(); ; rest(100 * time.Millisecond) {
				if now, _ := w.sockets(); len(now) > len(before) {
					if wait := now[len(now)-1].Sub(begun); wait != time.Duration(seconds*float64(time.Second)) {
						t.Errorf("waited %v, want %vs", wait, seconds)
					}
					break
				}
			}
		}
		rest(2 * time.Minute)
		room.Drop()
		begun, before := time.Now(), len(w.service.Asked())
		rest(time.Second)
		if asked := w.service.Asked(); len(asked) != before+1 || asked[before].At.Sub(begun) != time.Second {
			t.Error("a connection that lasted does not begin the waits anew")
		}
	})
}

func TestANetworkThatIsGoneIsGivenUpAfterAMinute(t *testing.T) {
	inWorld(t, func(w *world) {
		room := w.service.Open("QUIP")
		w.observe("QUIP")
		w.lines.fail(errors.New("no route"))
		room.Drop()
		rest(30 * time.Second)
		w.wantAway()
		rest(2 * time.Minute)
		if err := w.wantBack(true); !strings.Contains(err.Error(), "no route") {
			t.Error(err)
		}
	})
}

func TestASeatThatIsNotGivenBackIsAnError(t *testing.T) {
	inWorld(t, func(w *world) {
		room := w.service.Open("QUIP")
		w.observe("QUIP")
		room.Refuse(fake.NoAccess)
		room.Drop()
		rest(2 * time.Second)
		err := w.wantBack(true)
		if !strings.Contains(err.Error(), "2023") {
			t.Error(err)
		}
		w.want("waiting 0")
	})
}

func TestEndsThatAreForGoodAreFollowedByREST(t *testing.T) {
	for _, code := range []int{1000, 1005} {
		inWorld(t, func(w *world) {
			room := w.service.Open("QUIP")
			room.Join("ann")
			w.observe("QUIP")
			room.End(code)
			rest(time.Minute)
			if at, _ := w.sockets(); len(at) != 1 {
				t.Errorf("%d: opened %d times", code, len(at))
			}
			room.Lock()
			rest(20 * time.Second)
			room.Vanish()
			rest(20 * time.Second)
			w.want("waiting 1", "started 1", "finished 1")
			_ = w.wantBack(false)
		})
	}
}

func TestADeadConnectionIsNoticed(t *testing.T) {
	inWorld(t, func(w *world) {
		w.service.Open("QUIP").Join("ann")
		w.observe("QUIP")
		w.lines.lose(true)
		rest(30 * time.Second) // a look, and 10 s for the answer to its ping
		w.lines.lose(false)
		rest(time.Second)
		if _, again := w.sockets(); len(again) != 2 || !again[1] {
			t.Errorf("opened again: %v", again)
		}
		w.wantAway()
	})
}

func TestNonsenseIsNotHeard(t *testing.T) {
	inWorld(t, func(w *world) {
		room := w.service.Open("QUIP")
		w.observe("QUIP")
		for _, text := range []string{
			"", "{", "null", "[]", "12", `{"opcode":7}`, `{"opcode":"object"}`, `{"opcode":"object","result":{"key":"room","val":"{"}}`,
			`{"opcode":"text","result":{"key":"room","val":"{\"state\":{\"Gameplay\":1},\"gameFinished\":\"true\"}"}}`,
			`{"opcode":"client/connected","result":{"role":"player"}}`, `{"opcode":"client/connected","result":{"id":[],"role":"player"}}`,
			`{"opcode":"client/connected","result":{"id":99,"role":"audience"}}`, `{"opcode":"drop","result":{"key":"room"}}`,
			`{"opcode":"number","result":{"key":"room","val":3}}`, strings.Repeat(`{"a":`, 10_000),
		} {
			room.Say(text)
		}
		w.want("waiting 0")
		room.Join("ann")
		w.want("waiting 0", "waiting 1")
	})
}

func TestAFrameThatIsTooLargeEndsTheConnection(t *testing.T) {
	inWorld(t, func(w *world) {
		room := w.service.Open("QUIP")
		w.observe("QUIP")
		room.Say(`{"opcode":"object","result":{"key":"x","val":"` + strings.Repeat("a", 1<<20) + `"}}`)
		rest(2 * time.Second)
		if _, again := w.sockets(); len(again) != 2 || !again[1] {
			t.Errorf("opened again: %v", again)
		}
	})
}

func TestObserveReturnsWhenItIsCalledBack(t *testing.T) {
	for name, prepare := range map[string]func(*world){
		"in a lookup":  func(w *world) { w.service.Open("QUIP"); w.service.Fail(fake.Slow) },
		"in a room":    func(w *world) { w.service.Open("QUIP").Silent() },
		"in a pause":   func(w *world) { w.service.Open("QUIP").Refuse(fake.NoRole) },
		"in a welcome": func(w *world) { w.service.Open("QUIP"); w.service.Freeze(true) },
	} {
		t.Run(name, func(t *testing.T) {
			inWorld(t, func(w *world) {
				prepare(w)
				w.observe("QUIP")
				rest(5 * time.Second)
				begun := time.Now()
				w.cancel()
				err := w.wantBack(true)
				if !errors.Is(err, context.Canceled) || time.Since(begun) > 0 {
					t.Errorf("%v after %v", err, time.Since(begun))
				}
				w.service.Freeze(false)
			})
		})
	}
}
