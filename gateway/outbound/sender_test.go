package outbound_test

import (
	"bytes"
	"context"
	"net/http"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/rs/zerolog"
	"go.uber.org/goleak"

	"partyline/actors/rules/webhook"
	"partyline/gateway/outbound"
	"partyline/protocol"
)

func TestCloseCancelsAttemptsInFlight(t *testing.T) {
	t.Parallel()
	s := newRawServer(t, "127.0.0.1:0", hang)
	c := newSender(t)
	const attempts = 5
	done := make(chan webhook.Attempt, attempts)
	for range attempts {
		go func() { done <- c.Deliver(context.Background(), dispatch(s.url)) }()
	}
	eventually(t, "all are under way", func() bool { return s.accepted() == attempts })
	c.Close()
	for range attempts {
		select {
		case a := <-done:
			wantFailure(t, a, webhook.FailureTimeout, "canceled")
		case <-time.After(longTimeout):
			t.Fatal("an attempt outlived the Sender")
		}
	}
	c.Close()
	wantFailure(t, deliver(t, c, dispatch(s.url)), webhook.FailureTimeout, "canceled")
	c.Forget(7)
}

func TestContextEndsAnAttempt(t *testing.T) {
	t.Parallel()
	s := newRawServer(t, "127.0.0.1:0", hang)
	c := newSender(t)
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	wantFailure(t, deliverWith(t, ctx, c, dispatch(s.url)), webhook.FailureTimeout, "canceled")
	ctx, cancel = context.WithTimeout(t.Context(), shortTimeout)
	defer cancel()
	wantFailure(t, deliverWith(t, ctx, c, dispatch(s.url)), webhook.FailureTimeout, "no response came in time")
}

// One attempt is held by its clock, where the date of Retry-After is read.
func TestCloseWaitsForAttempts(t *testing.T) {
	t.Parallel()
	r := newReceiver(t, func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Retry-After", time.Now().UTC().Format(http.TimeFormat))
		w.WriteHeader(http.StatusServiceUnavailable)
	})
	var asked atomic.Int64
	held, release, closed := make(chan struct{}), make(chan struct{}), make(chan struct{})
	s := newSender(t, func(o *outbound.Options) {
		o.Now = func() time.Time {
			if asked.Add(1) == 3 {
				close(held)
				<-release
			}
			return time.Now()
		}
	})
	done := make(chan webhook.Attempt, 1)
	go func() { done <- s.Deliver(context.Background(), dispatch(r.URL)) }()
	<-held
	go func() {
		s.Close()
		close(closed)
	}()
	eventually(t, "the Sender is closing", func() bool { return s.Deliver(t.Context(), dispatch(r.URL)).Status == 0 })
	select {
	case <-closed:
		t.Error("Close did not wait")
	case <-time.After(briefTimeout):
	}
	close(release)
	<-closed
	wantStatus(t, <-done, 503)
}

// Each of these attempts leaves the transport in the middle of something. No goroutine may go
// on afterwards, also before Close. The test is not parallel: it counts all goroutines.
func TestFailedAttemptsLeaveNoGoroutines(t *testing.T) {
	names, mute := newNameserver(t), newNameserver(t)
	names.setScript("inside.test", addrs("10.0.0.1"))
	mute.silent.Store(true)
	hung := newRawServer(t, "127.0.0.1:0", hang)
	endless := newRawServer(t, "127.0.0.1:0", sendThen("HTTP/1.1 200 OK\r\n\r\n", sendForever("x")))
	s, deaf := newSender(t, within(briefTimeout), resolvedBy(names)), newSender(t, within(briefTimeout), resolvedBy(mute))
	before := goleak.IgnoreCurrent()
	for _, url := range []string{hung.url, strings.Replace(hung.url, "http", "https", 1), endless.url, "http://inside.test/", "http://missing.test/"} {
		deliver(t, s, dispatch(url))
	}
	deliver(t, deaf, dispatch("http://hook.test/"))
	eventually(t, "all goroutines have ended", func() bool { return goleak.Find(before) == nil })
}

// The clock panics in the middle of an attempt, where the date of Retry-After is read.
func TestPanicIsAFailedAttempt(t *testing.T) {
	t.Parallel()
	r := newReceiver(t, func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Retry-After", time.Now().UTC().Format(http.TimeFormat))
		w.WriteHeader(http.StatusServiceUnavailable)
	})
	var log bytes.Buffer
	var asked atomic.Int64
	s := newSender(t, func(o *outbound.Options) {
		o.Log = zerolog.New(&log)
		o.Now = func() time.Time {
			if asked.Add(1) == 3 {
				panic("a clock that strikes thirteen, and " + secret)
			}
			return time.Now()
		}
	})
	wantFailure(t, deliver(t, s, dispatch(r.URL)), webhook.FailureHTTP, "inside this server")
	if text := log.String(); !strings.Contains(text, "panicked") || strings.Contains(text, "thirteen") || strings.Contains(text, secret) {
		t.Errorf("log: %s", text)
	}
	wantStatus(t, deliver(t, s, dispatch(r.URL)), 503)
}

func TestEachAttemptIsLoggedOnceWithoutItsSecrets(t *testing.T) {
	t.Parallel()
	r := newReceiver(t, func(w http.ResponseWriter, _ *http.Request) { _, _ = w.Write([]byte("an answer nobody logs")) })
	var log bytes.Buffer
	s := newSender(t, func(o *outbound.Options) { o.Log = zerolog.New(&log) })
	deliver(t, s, dispatch(r.URL+"/inbox?token=t0ken"))
	deliver(t, s, dispatch("http://10.0.0.1/inbox?token=t0ken"))
	lines := strings.Split(strings.TrimSpace(log.String()), "\n")
	if len(lines) != 2 || !strings.Contains(lines[0], `"status":200`) || !strings.Contains(lines[1], `"failure":"address"`) {
		t.Errorf("log: %q", lines)
	}
	for _, line := range lines {
		for _, want := range []string{`"webhook":7`, `"message":"webhook request"`, `"id":"msg_jcetp2qzyw4hm7ua_7_41"`, `"took":`} {
			if !strings.Contains(line, want) {
				t.Errorf("no %s in %s", want, line)
			}
		}
		for _, word := range []string{secret, "upvotes", "t0ken", "127.0.0.1", "10.0.0.1", "nobody logs", "sha256="} {
			if strings.Contains(line, word) {
				t.Errorf("%q in %s", word, line)
			}
		}
	}
}

func TestConcurrentDeliveriesArriveOnce(t *testing.T) {
	t.Parallel()
	r := newReceiver(t, nil)
	s := newSender(t)
	const workers, each = 8, 50
	var all sync.WaitGroup
	for w := range workers {
		all.Go(func() {
			for range each {
				if a := s.Deliver(context.Background(), dispatchTo(protocol.WebhookID(1+w%3), r.URL)); a.Status != 200 {
					t.Errorf("%+v", a)
				}
				if w == 0 {
					s.Forget(2)
				}
			}
		})
	}
	all.Wait()
	if n := len(r.all()); n != workers*each {
		t.Errorf("%d arrived, want %d", n, workers*each)
	}
}
