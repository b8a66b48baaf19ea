package ecast_test

import (
	"errors"
	"strings"
	"testing"
	"time"

	"partyline/gateway/ecast"
	"partyline/gateway/ecast/fake"
)

func TestWhereObserversAreNotLetInRESTIsAsked(t *testing.T) {
	for _, code := range []int{fake.NoRole, fake.NoAccess, 2009, 2010, 2017} {
		inWorld(t, func(w *world) {
			room := w.service.Open("QUIP").Most(4)
			room.Refuse(code)
			room.Join("ann")
			w.observe("QUIP")
			w.want("waiting 1")
			for range 6 {
				room.Join("more")
			}
			rest(20 * time.Second)
			w.want("waiting 1", "waiting 4") // more do not fit
			room.Lock()
			rest(time.Hour)
			w.want("waiting 1", "waiting 4", "started 4")
			if n := w.looks(); n < 180 || n > 185 {
				t.Errorf("%d: asked %d times in an hour", code, n)
			}
			if at, _ := w.sockets(); len(at) != 1 {
				t.Errorf("%d: knocked %d times", code, len(at))
			}
			room.Vanish()
			rest(20 * time.Second)
			w.want("waiting 1", "waiting 4", "started 4", "finished 4")
			_ = w.wantBack(false)
		})
	}
}

func TestAnswersThatAreNone(t *testing.T) {
	for name, c := range map[string]struct {
		fault fake.Fault
		says  string
		after time.Duration
	}{
		"throttled": {fake.Throttle, "does not answer for now", 0},
		"empty":     {fake.Empty, "does not answer for now", 0},
		"broken":    {fake.Broken, "status 500", 0},
		"malformed": {fake.Malformed, "cannot be understood", 0},
		"endless":   {fake.Endless, "over 1048576 bytes", 0},
		"slow":      {fake.Slow, "deadline", 10 * time.Second},
	} {
		t.Run(name, func(t *testing.T) {
			inWorld(t, func(w *world) {
				w.service.Open("QUIP")
				w.service.Fail(c.fault)
				begun := time.Now()
				w.observe("QUIP")
				rest(c.after)
				if err := w.wantBack(true); !strings.Contains(err.Error(), c.says) || time.Since(begun) != c.after {
					t.Errorf("%v after %v", err, time.Since(begun))
				}
				w.want()
			})
		})
	}
}

func TestARESTThatFailsLaterIsAnError(t *testing.T) {
	inWorld(t, func(w *world) {
		w.service.Open("QUIP").Refuse(fake.NoRole)
		w.observe("QUIP")
		rest(time.Minute)
		w.service.Fail(fake.Throttle)
		rest(20 * time.Second)
		_ = w.wantBack(true)
		w.want("waiting 0")
	})
}

func TestRateLimitedIsAnErrorAndNoReasonToAskMore(t *testing.T) {
	inWorld(t, func(w *world) {
		w.service.Open("QUIP").Refuse(fake.RateLimit)
		w.observe("QUIP")
		_ = w.wantBack(true)
		if asked := w.service.Asked(); len(asked) != 2 {
			t.Errorf("asked %v", asked)
		}
	})
}

func TestWhereNoWebSocketGetsThroughRESTTellsWhatItCan(t *testing.T) {
	inWorld(t, func(w *world) {
		room := w.service.Open("QUIP").Host("elsewhere.test/api")
		room.Join("ann")
		w.observe("QUIP")
		_ = w.wantBack(true)
		w.want() // a host that is none
		room.Host("ecast.test")
		room.Deaf()
		w.observe("QUIP")
		_ = w.wantBack(true)
		w.want("waiting 1")
	})
}

func TestSecretsAreInNoError(t *testing.T) {
	inWorld(t, func(w *world) {
		room := w.service.Open("QUIP")
		w.observe("QUIP")
		w.lines.fail(errors.New("no route"))
		room.Drop()
		rest(3 * time.Minute)
		err := w.wantBack(true)
		if strings.Contains(err.Error(), "secret") || strings.Contains(err.Error(), "?") {
			t.Errorf("the error tells the URL: %v", err)
		}
	})
}

func TestNewWantsABaseURL(t *testing.T) {
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
