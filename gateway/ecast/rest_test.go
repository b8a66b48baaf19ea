package ecast_test

import (
	"errors"
	"strings"
	"testing"
	"time"

	"partyline/gateway/ecast"
	"partyline/gateway/ecast/fake"
)

func TestRefusedObserversPollREST(t *testing.T) {
	for _, code := range []int{fake.NoRole, fake.NoAccess, 2009, 2010, 2017} {
		runInBubble(t, func(f *fixture) {
			room := f.service.Open("QUIP").Most(4)
			room.Refuse(code)
			room.Join("ann")
			f.observe("QUIP")
			f.wantObservations("waiting 1")
			for range 6 {
				room.Join("more")
			}
			advance(20 * time.Second)
			f.wantObservations("waiting 1", "waiting 4") // more do not fit
			room.Lock()
			advance(time.Hour)
			f.wantObservations("waiting 1", "waiting 4", "started 4")
			if n := f.lookups(); n < 180 || n > 185 {
				t.Errorf("%d: asked %d times in an hour", code, n)
			}
			if at, _ := f.sockets(); len(at) != 1 {
				t.Errorf("%d: knocked %d times", code, len(at))
			}
			room.Vanish()
			advance(20 * time.Second)
			f.wantObservations("waiting 1", "waiting 4", "started 4", "finished 4")
			_ = f.wantEnded(false)
		})
	}
}

func TestInvalidResponsesAreErrors(t *testing.T) {
	for name, c := range map[string]struct {
		fault fake.Fault
		says  string
		after time.Duration
	}{
		"throttled": {fake.Throttle, "limits our requests", 0},
		"empty":     {fake.Empty, "limits our requests", 0},
		"broken":    {fake.Broken, "status 500", 0},
		"malformed": {fake.Malformed, "cannot be understood", 0},
		"endless":   {fake.Endless, "over 1048576 bytes", 0},
		"slow":      {fake.Slow, "deadline", 10 * time.Second},
	} {
		t.Run(name, func(t *testing.T) {
			runInBubble(t, func(f *fixture) {
				f.service.Open("QUIP")
				f.service.Fail(c.fault)
				begun := time.Now()
				f.observe("QUIP")
				advance(c.after)
				if err := f.wantEnded(true); !strings.Contains(err.Error(), c.says) || time.Since(begun) != c.after {
					t.Errorf("%v after %v", err, time.Since(begun))
				}
				f.wantObservations()
			})
		})
	}
}

func TestFailingPollIsAnError(t *testing.T) {
	runInBubble(t, func(f *fixture) {
		f.service.Open("QUIP").Refuse(fake.NoRole)
		f.observe("QUIP")
		advance(time.Minute)
		f.service.Fail(fake.Throttle)
		advance(20 * time.Second)
		_ = f.wantEnded(true)
		f.wantObservations("waiting 0")
	})
}

func TestRateLimitEndsTheObservation(t *testing.T) {
	runInBubble(t, func(f *fixture) {
		f.service.Open("QUIP").Refuse(fake.RateLimit)
		f.observe("QUIP")
		_ = f.wantEnded(true)
		if asked := f.service.Asked(); len(asked) != 2 {
			t.Errorf("asked %v", asked)
		}
	})
}

func TestBlockedWebSocketStillReportsREST(t *testing.T) {
	runInBubble(t, func(f *fixture) {
		room := f.service.Open("QUIP").Host("elsewhere.test/api")
		room.Join("ann")
		f.observe("QUIP")
		_ = f.wantEnded(true)
		f.wantObservations() // a host that is none
		room.Host("ecast.test")
		room.Deaf()
		f.observe("QUIP")
		_ = f.wantEnded(true)
		f.wantObservations("waiting 1")
	})
}

func TestSecretsAreInNoError(t *testing.T) {
	runInBubble(t, func(f *fixture) {
		room := f.service.Open("QUIP")
		f.observe("QUIP")
		f.network.failDials(errors.New("no route"))
		room.Drop()
		advance(3 * time.Minute)
		err := f.wantEnded(true)
		if strings.Contains(err.Error(), "secret") || strings.Contains(err.Error(), "?") {
			t.Errorf("the error tells the URL: %v", err)
		}
	})
}

func TestInvalidBaseURLIsRefused(t *testing.T) {
	for _, url := range []string{"ecast", "ftp://ecast.test", "http://", "http://user:word@ecast.test", "http://ecast.test/?a", "http://ecast.test/#a", "http://a b"} {
		if _, err := ecast.New(ecast.Options{BaseURL: url}); err == nil {
			t.Errorf("%q is taken", url)
		}
	}
	for _, url := range []string{"", "http://127.0.0.1:9/api/v2", "https://ecast.test/api/v2/"} {
		if _, err := ecast.New(ecast.Options{BaseURL: url}); err != nil {
			t.Errorf("%q: %v", url, err)
		}
	}
}
