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
	runInBubble(t, func(f *fixture) {
		room := f.service.Open("QUIP")
		room.Join("ann")
		f.observe("QUIP")
		f.wantObservations("waiting 1")
		ben := room.Join("ben")
		f.wantObservations("waiting 1", "waiting 2")
		room.Leave(ben)
		room.SetObject("room", map[string]any{"state": "Lobby", "lobbyState": "CanStart"})
		advance(time.Minute)
		f.wantObservations("waiting 1", "waiting 2")
		room.SetObject("room", map[string]any{"state": "Gameplay"})
		f.wantObservations("waiting 1", "waiting 2", "started 2")
		room.SetObject("room", map[string]any{"state": "PostGame", "gameFinished": true, "gameResults": map[string]any{}})
		f.wantObservations("waiting 1", "waiting 2", "started 2", "finished 2")
		_ = f.wantEnded(false)
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
				runInBubble(t, func(f *fixture) {
					room := f.service.Open("QUIP")
					if before {
						begin(room)
					}
					f.observe("QUIP")
					if !before {
						f.wantObservations("waiting 0")
						begin(room)
					}
					if seen := f.observations(); seen[len(seen)-1] != "started 0" {
						t.Errorf("saw %q", seen)
					}
					f.wantRunning()
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
			runInBubble(t, func(f *fixture) {
				room := f.service.Open("QUIP")
				room.Join("ann")
				f.observe("QUIP")
				end(room)
				advance(2 * time.Second)
				f.wantObservations("waiting 1", "finished 1")
				_ = f.wantEnded(false)
			})
		})
	}
}

func TestUnknownRoomIsFinished(t *testing.T) {
	runInBubble(t, func(f *fixture) {
		f.observe("NONE")
		f.wantObservations("finished -")
		_ = f.wantEnded(false)
	})
}

func TestInvalidRoomCodeIsNotLookedUp(t *testing.T) {
	for _, code := range []string{"", "ABC", "ABCDE", "abcd", "AB/D", "../.", "AB D", "ABC\n", "ÄBC", "A%2F"} {
		runInBubble(t, func(f *fixture) {
			f.observe(code)
			f.wantObservations("failed -")
			_ = f.wantEnded(false)
			if asked := f.service.Asked(); len(asked) != 0 {
				t.Errorf("%q: asked for %v", code, asked)
			}
		})
	}
}

func TestGameThatDoesNotReportJoinsIsProbed(t *testing.T) {
	runInBubble(t, func(f *fixture) {
		room := f.service.Open("QUIP").Silent()
		f.observe("QUIP")
		f.wantObservations("waiting 0")
		for range 3 {
			room.Join("somebody")
		}
		advance(19 * time.Second)
		f.wantObservations("waiting 0")
		advance(time.Second)
		f.wantObservations("waiting 0", "waiting 3")
		advance(time.Hour)
		if open, peak := f.service.Connections(); open != 1 || peak != 2 {
			t.Errorf("%d are open, %d were", open, peak)
		}
		if at, _ := f.sockets(); len(at) != 1+181 {
			t.Errorf("%d connections in an hour and 20 seconds", len(at))
		}
		room.SetObject("room", map[string]any{"state": "Gameplay"})
		before, _ := f.sockets()
		advance(time.Hour)
		if after, _ := f.sockets(); len(after) != len(before) {
			t.Error("probed though nobody can join any more")
		}
	})
}

func TestGameThatReportsJoinsIsNotProbed(t *testing.T) {
	runInBubble(t, func(f *fixture) {
		room := f.service.Open("QUIP")
		f.observe("QUIP")
		room.Join("ann")
		advance(time.Hour)
		if at, _ := f.sockets(); len(at) != 1 {
			t.Errorf("%d connections", len(at))
		}
		f.mu.Lock()
		defer f.mu.Unlock()
		if n := len(f.reported); n < 180 {
			t.Errorf("%d reports in an hour are too few to show that the observation works", n)
		}
	})
}

func TestFailedProbeIsIgnored(t *testing.T) {
	runInBubble(t, func(f *fixture) {
		room := f.service.Open("QUIP").Silent()
		f.observe("QUIP")
		room.Refuse(fake.RateLimit)
		room.Join("ann")
		advance(time.Minute)
		f.wantObservations("waiting 0")
		room.Refuse(0)
		advance(20 * time.Second)
		f.wantObservations("waiting 0", "waiting 1")
		room.Vanish()
		advance(20 * time.Second)
		f.wantObservations("waiting 0", "waiting 1", "finished 1")
		_ = f.wantEnded(false)
	})
}

func TestLostConnectionIsReopened(t *testing.T) {
	for _, jitter := range []float64{0, 0.999999} {
		runInBubble(t, func(f *fixture) {
			f.jitter = jitter
			room := f.service.Open("QUIP")
			f.observe("QUIP")
			room.Join("ann")
			room.Drop()
			room.Join("ben") // the observer does not hear of it
			f.wantObservations("waiting 0", "waiting 1")
			advance(1500 * time.Millisecond)
			f.wantObservations("waiting 0", "waiting 1", "waiting 2")
			at, again := f.sockets()
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

func TestReconnectDelaysGrow(t *testing.T) {
	runInBubble(t, func(f *fixture) {
		room := f.service.Open("QUIP")
		f.observe("QUIP")
		for _, seconds := range []float64{1, 2, 4, 8, 13, 13, 13, 13, 13, 13} {
			room.Drop()
			begun := time.Now()
			for before, _ := f.sockets(); ; advance(100 * time.Millisecond) {
				if now, _ := f.sockets(); len(now) > len(before) {
					if wait := now[len(now)-1].Sub(begun); wait != time.Duration(seconds*float64(time.Second)) {
						t.Errorf("waited %v, want %vs", wait, seconds)
					}
					break
				}
			}
		}
		advance(2 * time.Minute)
		room.Drop()
		begun, before := time.Now(), len(f.service.Asked())
		advance(time.Second)
		if asked := f.service.Asked(); len(asked) != before+1 || asked[before].At.Sub(begun) != time.Second {
			t.Error("a connection that lasted does not reset the delays")
		}
	})
}

func TestUnreachableNetworkIsGivenUpAfterAMinute(t *testing.T) {
	runInBubble(t, func(f *fixture) {
		room := f.service.Open("QUIP")
		f.observe("QUIP")
		f.network.failDials(errors.New("no route"))
		room.Drop()
		advance(30 * time.Second)
		f.wantRunning()
		advance(2 * time.Minute)
		if err := f.wantEnded(true); !strings.Contains(err.Error(), "no route") {
			t.Error(err)
		}
	})
}

func TestRefusedReconnectIsAnError(t *testing.T) {
	runInBubble(t, func(f *fixture) {
		room := f.service.Open("QUIP")
		f.observe("QUIP")
		room.Refuse(fake.NoAccess)
		room.Drop()
		advance(2 * time.Second)
		err := f.wantEnded(true)
		if !strings.Contains(err.Error(), "2023") {
			t.Error(err)
		}
		f.wantObservations("waiting 0")
	})
}

func TestNormalClosureIsFollowedByPolling(t *testing.T) {
	for _, code := range []int{1000, 1005} {
		runInBubble(t, func(f *fixture) {
			room := f.service.Open("QUIP")
			room.Join("ann")
			f.observe("QUIP")
			room.End(code)
			advance(time.Minute)
			if at, _ := f.sockets(); len(at) != 1 {
				t.Errorf("%d: opened %d times", code, len(at))
			}
			room.Lock()
			advance(20 * time.Second)
			room.Vanish()
			advance(20 * time.Second)
			f.wantObservations("waiting 1", "started 1", "finished 1")
			_ = f.wantEnded(false)
		})
	}
}

func TestDeadConnectionIsReopened(t *testing.T) {
	runInBubble(t, func(f *fixture) {
		f.service.Open("QUIP").Join("ann")
		f.observe("QUIP")
		f.network.setDropWrites(true)
		advance(30 * time.Second) // a side check, and 10 s for the reply to its ping
		f.network.setDropWrites(false)
		advance(time.Second)
		if _, again := f.sockets(); len(again) != 2 || !again[1] {
			t.Errorf("opened again: %v", again)
		}
		f.wantRunning()
	})
}

func TestInvalidFramesAreIgnored(t *testing.T) {
	runInBubble(t, func(f *fixture) {
		room := f.service.Open("QUIP")
		f.observe("QUIP")
		for _, text := range []string{
			"", "{", "null", "[]", "12", `{"opcode":7}`, `{"opcode":"object"}`, `{"opcode":"object","result":{"key":"room","val":"{"}}`,
			`{"opcode":"text","result":{"key":"room","val":"{\"state\":{\"Gameplay\":1},\"gameFinished\":\"true\"}"}}`,
			`{"opcode":"client/connected","result":{"role":"player"}}`, `{"opcode":"client/connected","result":{"id":[],"role":"player"}}`,
			`{"opcode":"client/connected","result":{"id":99,"role":"audience"}}`, `{"opcode":"drop","result":{"key":"room"}}`,
			`{"opcode":"number","result":{"key":"room","val":3}}`, strings.Repeat(`{"a":`, 10_000),
		} {
			room.Say(text)
		}
		f.wantObservations("waiting 0")
		room.Join("ann")
		f.wantObservations("waiting 0", "waiting 1")
	})
}

func TestTooLargeFrameEndsTheConnection(t *testing.T) {
	runInBubble(t, func(f *fixture) {
		room := f.service.Open("QUIP")
		f.observe("QUIP")
		room.Say(`{"opcode":"object","result":{"key":"x","val":"` + strings.Repeat("a", 1<<20) + `"}}`)
		advance(2 * time.Second)
		if _, again := f.sockets(); len(again) != 2 || !again[1] {
			t.Errorf("opened again: %v", again)
		}
	})
}

func TestObserveReturnsWhenCanceled(t *testing.T) {
	for name, prepare := range map[string]func(*fixture){
		"in a lookup":  func(f *fixture) { f.service.Open("QUIP"); f.service.Fail(fake.Slow) },
		"in a room":    func(f *fixture) { f.service.Open("QUIP").Silent() },
		"in a pause":   func(f *fixture) { f.service.Open("QUIP").Refuse(fake.NoRole) },
		"in a welcome": func(f *fixture) { f.service.Open("QUIP"); f.service.Freeze(true) },
	} {
		t.Run(name, func(t *testing.T) {
			runInBubble(t, func(f *fixture) {
				prepare(f)
				f.observe("QUIP")
				advance(5 * time.Second)
				begun := time.Now()
				f.cancel()
				err := f.wantEnded(true)
				if !errors.Is(err, context.Canceled) || time.Since(begun) > 0 {
					t.Errorf("%v after %v", err, time.Since(begun))
				}
				f.service.Freeze(false)
			})
		})
	}
}
