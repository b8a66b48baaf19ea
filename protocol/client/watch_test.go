package client_test

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"net/http/httptest"
	"sync/atomic"
	"testing"
	"time"

	"github.com/coder/websocket"

	"partyline/protocol"
	"partyline/protocol/client"
)

var errEnough = errors.New("enough")

func TestWatchHandlesEachEventOnceAcrossReconnects(t *testing.T) {
	h := startServer(t)
	const votes, cuts = 60, 3
	seen := []protocol.Seq{}
	subscribed := make(chan struct{}, votes) // one for each connection
	go func() {
		for n := range votes {
			if n%(votes/cuts) == 0 {
				<-subscribed // a cut before it would hit no connection of the watcher
				h.network.cut()
			}
			key := fmt.Sprintf("k%d", n)
			_ = client.Retry(t.Context(), func(ctx context.Context) error {
				return h.CallWithKey(ctx, key, "POST", "/api/votes/live", vote(h.session, "v"+key), nil)
			})
		}
	}()
	sub := &client.Subscription{Session: h.session, Since: new(protocol.Seq)}
	err := h.Watch(t.Context(), sub, func(m client.Message) error {
		if m.Type == protocol.MessageSubscribed {
			subscribed <- struct{}{}
			return nil
		}
		if seen = append(seen, m.Seq); len(seen) == votes+2 { // the start, the game
			return errEnough
		}
		return nil
	})
	if err != errEnough {
		t.Fatal(err)
	}
	for i, seq := range seen {
		if seq != protocol.Seq(i+1) {
			t.Fatalf("seqs %v", seen)
		}
	}
	if h.upvotes(t) != votes {
		t.Errorf("%d votes are counted", h.upvotes(t))
	}
}

func TestWatchInTallyMode(t *testing.T) {
	h := startServer(t)
	ctx, cancel := context.WithTimeout(t.Context(), 20*time.Second)
	defer cancel()
	err := h.Watch(ctx, &client.Subscription{Session: h.session, Mode: protocol.ModeTally}, func(m client.Message) error {
		switch m.Type {
		case protocol.MessageSubscribed:
			return h.CastVotes(ctx, []protocol.CastVote{vote(h.session, "ann"), vote(h.session, "bob")})
		case protocol.MessageTally:
			var tally protocol.Tally
			if err := m.Decode(&tally); err != nil {
				return err
			}
			if tally.Games[0].SessionUpvotes == 2 {
				return errEnough
			}
		}
		return nil
	})
	if err != errEnough {
		t.Error(err)
	}
}

func TestPermanentErrorsEndAWatch(t *testing.T) {
	h := startServer(t)
	nothing := func(client.Message) error { return nil }
	if err := h.Watch(t.Context(), &client.Subscription{Session: 999}, nothing); !client.Refused(err, protocol.CodeNotFound) {
		t.Errorf("an unknown session: %v", err)
	}
	if err := h.WithToken("no token").Watch(t.Context(), &client.Subscription{Session: h.session}, nothing); !client.Refused(err, protocol.CodeBadToken) {
		t.Errorf("a bad token: %v", err)
	}
}

// TestWatchResetsAPositionOfAnotherTimeline: the server's data were restored since.
func TestWatchResetsAPositionOfAnotherTimeline(t *testing.T) {
	h := startServer(t)
	since := protocol.Seq(77)
	sub := &client.Subscription{Session: h.session, Since: &since, Epoch: "anothertimeline0"}
	err := h.Watch(t.Context(), sub, func(m client.Message) error {
		var hello protocol.Subscribed
		if err := m.Decode(&hello); err != nil || !hello.Reset || hello.Snapshot == nil {
			return fmt.Errorf("%s, %v", m.Text, err)
		}
		return errEnough
	})
	if err != errEnough {
		t.Error(err)
	}
	if err := h.Events(t.Context(), h.session, func(event []byte) error {
		since--
		return nil
	}); err != nil || since != 75 {
		t.Errorf("%d events, %v", 77-since, err)
	}
	if head, err := h.LatestSeq(t.Context(), h.session); head != 2 || err != nil {
		t.Errorf("head %d, %v", head, err)
	}
}

// TestWatchReconnectsAfterTheAnnouncedWait uses a fake server, because the server's wait is tested.
func TestWatchReconnectsAfterTheAnnouncedWait(t *testing.T) {
	const wait = 300 * time.Millisecond
	left, back := make(chan time.Time, 1), make(chan time.Time, 1)
	var connections atomic.Int64
	subscribed := 0
	s := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		c, err := websocket.Accept(w, r, nil)
		if err != nil {
			t.Error(err)
			return
		}
		read := func() (m protocol.ClientMessage) {
			_, text, err := c.Read(r.Context())
			if err != nil || json.Unmarshal(text, &m) != nil {
				t.Error(err)
			}
			return m
		}
		say := func(m any) {
			text, _ := json.Marshal(m)
			_ = c.Write(r.Context(), websocket.MessageText, text)
		}
		read()
		say(protocol.Notice{Type: protocol.MessageAuthSuccess})
		sub := read()
		say(protocol.Subscribed{Type: protocol.MessageSubscribed, SessionID: 3, Seq: 9, Epoch: "e"})
		n := connections.Add(1)
		if n == 2 {
			back <- time.Now()
			if sub.Since == nil || *sub.Since != 10 || sub.Epoch != "e" {
				t.Errorf("came back with %+v", sub)
			}
		}
		say(protocol.Event{Type: protocol.EventGameAdded, SessionID: 3, Seq: 10, Timestamp: 1, Data: struct{}{}})
		if n == 1 {
			left <- time.Now()
		}
		say(protocol.Draining{Type: protocol.MessageDraining, ReconnectInMs: wait.Milliseconds()})
		_ = c.Close(websocket.StatusGoingAway, "server is stopping")
	}))
	defer s.Close()
	err := client.New(s.URL, "token").Watch(t.Context(), &client.Subscription{Session: 3}, func(m client.Message) error {
		if m.Type == protocol.MessageSubscribed {
			subscribed++
		}
		if subscribed == 2 {
			return errEnough
		}
		return nil
	})
	if gone := (<-back).Sub(<-left); err != errEnough || gone < wait {
		t.Errorf("%v; came back after %v", err, gone)
	}
}
