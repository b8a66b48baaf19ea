package client_test

import (
	"context"
	"errors"
	"fmt"
	"io"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"partyline/protocol"
	"partyline/protocol/client"
)

func TestConcurrentRequestsShareOneSocket(t *testing.T) {
	h := startServer(t)
	socket := h.RequestSocket()
	defer socket.Close()
	var group sync.WaitGroup
	const votes = 200
	for n := range votes {
		group.Go(func() {
			var said protocol.VoteAccepted
			if err := socket.Do(t.Context(), "votes.live", "", vote(h.session, fmt.Sprintf("v%d", n)), &said); err != nil || !said.Success {
				t.Error(err)
			}
		})
	}
	group.Wait()
	if h.upvotes(t) != votes {
		t.Errorf("%d votes are counted", h.upvotes(t))
	}
	err := socket.Do(t.Context(), "votes.live", "", vote(h.session, "v0"), nil)
	if !client.Refused(err, protocol.CodeDuplicateVote) || client.Temporary(err) {
		t.Errorf("the same voter within a second: %v", err)
	}
}

func TestRetriedRequestsWithAKeyCountOnce(t *testing.T) {
	h := startServer(t)
	socket := h.RequestSocket()
	defer socket.Close()
	var group sync.WaitGroup
	const votes = 100
	for n := range votes {
		group.Go(func() {
			key := fmt.Sprintf("k%d", n)
			v := vote(h.session, "v"+key)
			if err := client.Retry(t.Context(), func(ctx context.Context) error {
				if n%20 == 0 {
					h.network.cut()
				}
				return socket.Do(ctx, "votes.live", key, v, nil)
			}); err != nil {
				t.Error(err)
			}
		})
		if n == votes/2 {
			h.network.cut()
		}
	}
	group.Wait()
	if got := h.upvotes(t); got != votes {
		t.Errorf("%d votes are counted", got)
	}
}

func TestRequestsAfterCloseFail(t *testing.T) {
	h := startServer(t)
	socket := h.RequestSocket()
	if err := socket.Do(t.Context(), "sessions.votes", "", map[string]any{"id": h.session}, nil); err != nil {
		t.Fatal(err)
	}
	socket.Close()
	if err := socket.Do(t.Context(), "sessions.votes", "", nil, nil); !errors.Is(err, client.ErrClosed) || client.Temporary(err) {
		t.Error(err)
	}
}

// TestRetryBacksOff runs in a synctest bubble.
func TestRetryBacksOff(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		began, tries, times := time.Now(), 0, []time.Duration{}
		err := client.Retry(t.Context(), func(context.Context) error {
			times = append(times, time.Since(began))
			if tries++; tries == 10 {
				return nil
			}
			return io.EOF
		})
		if err != nil || tries != 10 {
			t.Fatalf("%v after %d tries", err, tries)
		}
		for i, least := range []time.Duration{250, 500, 1000, 2000, 4000, 8000, 15000, 15000, 15000} {
			if gap := times[i+1] - times[i]; gap < least*time.Millisecond || gap > 2*least*time.Millisecond {
				t.Errorf("wait %d is %v", i+1, gap)
			}
		}
		began = time.Now()
		tries = 0
		_ = client.Retry(t.Context(), func(context.Context) error {
			if tries++; tries == 2 {
				return nil
			}
			return &client.Error{Status: 429, Refusal: &protocol.Error{Code: protocol.CodeTooMany, RetryAfter: 7 * time.Second}}
		})
		if took := time.Since(began); took < 7*time.Second || took > 8*time.Second {
			t.Errorf("the hub asked for 7 s, it took %v", took)
		}
	})
}

func TestPermanentErrorsAreNotRetried(t *testing.T) {
	for name, c := range map[string]struct {
		err  error
		want bool
	}{
		"nobody answers":      {io.EOF, true},
		"we were told to end": {context.Canceled, false},
		"no such session":     {&client.Error{Status: 404, Refusal: protocol.NotFound("Session")}, false},
		"too busy":            {&client.Error{Status: 503, Refusal: protocol.Errorf(protocol.CodeOverloaded, "busy")}, true},
		"a proxy":             {&client.Error{Status: 502}, true},
		"a proxy's page":      {&client.Error{Status: 404}, false},
		"revoked":             {&client.CloseError{Code: 4003}, false},
		"the hub stops":       {&client.CloseError{Code: 1001}, true},
	} {
		if client.Temporary(c.err) != c.want {
			t.Errorf("%s: %v", name, !c.want)
		}
		tries := 0
		if !c.want {
			_ = client.Retry(t.Context(), func(context.Context) error { tries++; return c.err })
			if tries != 1 {
				t.Errorf("%s: %d tries", name, tries)
			}
		}
	}
}
