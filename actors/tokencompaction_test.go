package actors_test

import (
	"fmt"
	"testing"
	"testing/synctest"
	"time"

	"partyline/persistence"
	"partyline/protocol"
)

// endedTokens is a hub with 1500 tokens that have expired, one that was revoked and one that
// holds.
func endedTokens(t *testing.T) (n *webhookHub, held, revoked protocol.Token) {
	t.Helper()
	n = newWebhookHub(t)
	issue := func(name string, life time.Duration) protocol.Token {
		return do[protocol.Token](t, n.hub, protocol.IssueToken{Role: protocol.RoleBot, Name: name, ExpiresIn: protocol.Duration(life)})
	}
	held, revoked = issue("held", 300*24*time.Hour), issue("revoked", 300*24*time.Hour)
	do[protocol.Message](t, n.hub, protocol.RevokeToken{ID: revoked.ID})
	for i := range 1500 {
		issue(fmt.Sprint("brief ", i), time.Hour)
	}
	return n, held, revoked
}

// TestRecordsOfEndedTokensAreTrimmed: what holds goes on to hold, without a snapshot too, and no
// id is given again.
func TestRecordsOfEndedTokensAreTrimmed(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		n, held, revoked := endedTokens(t)
		rest(time.Minute)
		if got := n.records("access"); got != 1503 {
			t.Fatalf("%d records before the first round", got)
		}
		n.away(24 * time.Hour)
		n.vote() // the journal has seen the day
		n.restart()
		rest(time.Minute)
		if got := n.records("access"); got != 1 {
			t.Fatalf("%d records", got)
		}
		for range 2 {
			if !n.live(held.ID) || n.live(revoked.ID) {
				t.Fatal("the token does not hold, or a revoked one does")
			}
			if next := do[protocol.Token](t, n.hub, protocol.IssueToken{Role: protocol.RoleBot, Name: "next"}); next.ID <= 1502 {
				t.Fatalf("id %d is given again", next.ID)
			}
			n.stop()
			if err := n.journal.SaveSnapshot(t.Context(), persistence.Snapshot{Stream: "access", Seq: 1504, Version: 99, Data: []byte("of another version")}); err != nil {
				t.Fatal(err)
			}
			n.start()
		}
	})
}

// TestAClockThatRunsAheadEndsNoToken: nothing is left out that may hold by another clock.
func TestAClockThatRunsAheadEndsNoToken(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		n, _, _ := endedTokens(t)
		n.skew.Store(int64(400 * 24 * time.Hour))
		n.restart()
		n.vote()
		rest(time.Minute)
		if got := n.records("access"); got != 1503 {
			t.Fatalf("%d records", got)
		}
	})
}
