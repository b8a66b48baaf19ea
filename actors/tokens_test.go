package actors_test

import (
	"fmt"
	"testing"
	"testing/synctest"
	"time"

	"partyline/actors/rules/access"
	"partyline/protocol"
)

// TestTokenSurvivesWrongClock has the clock two days ahead for a moment while
// a token of one day is read: when the clock is right again the token holds.
func TestTokenSurvivesWrongClock(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		n := newWebhookHub(t)
		token := do[protocol.Token](t, n.hub, protocol.IssueToken{Role: protocol.RoleViewer, Name: "overlay"})
		n.skew.Store(int64(48 * time.Hour))
		n.live(token.ID)
		n.restart() // also when the hub starts in that moment
		n.skew.Store(0)
		if !n.live(token.ID) {
			t.Error("the token holds no more, though its day is not over")
		}
		do[protocol.Message](t, n.hub, protocol.RevokeToken{ID: token.ID})
		if n.live(token.ID) {
			t.Error("a revoked token holds")
		}
	})
}

// TestExpiredTokensAreDropped issues more tokens than may hold at one time: those
// that expired meanwhile make room, as in the list of tokens.
func TestExpiredTokensAreDropped(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		n := newWebhookHub(t)
		issue := func(i int, life time.Duration) protocol.Token {
			return do[protocol.Token](t, n.hub, protocol.IssueToken{Role: protocol.RoleBot, Name: fmt.Sprint("bot ", i), ExpiresIn: protocol.Duration(life)})
		}
		brief := issue(0, time.Minute)
		for i := 1; i < access.MaxTokens; i++ {
			issue(i, time.Hour)
		}
		rest(2 * time.Minute)
		if !n.live(brief.ID) {
			t.Error("nobody has issued another token, and the expired one is swept already")
		}
		newest := issue(access.MaxTokens, time.Hour)
		if n.live(brief.ID) || !n.live(newest.ID) {
			t.Error("the token that made room is kept, or the newest one does not hold")
		}
	})
}

func (n *webhookHub) live(id protocol.TokenID) bool {
	_, ok := n.hub.TokenLive(id)
	return ok
}
