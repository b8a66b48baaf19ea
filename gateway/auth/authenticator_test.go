package auth

import (
	"testing"
	"time"

	"partyline/protocol"
)

// everybody holds all tokens to be live.
type everybody struct{}

func (everybody) TokenLive(protocol.TokenID) (t protocol.Token, ok bool)     { return t, true }
func (everybody) GuestLive(protocol.SessionID, protocol.JoinGeneration) bool { return true }

// TestGuestTokensAreNotCached: a hall full of phones does not push out the bots, whose
// tokens come thousands of times a second.
func TestGuestTokensAreNotCached(t *testing.T) {
	g := Authenticator{Signer: newSigner(fuzzSecret, fuzzTimeline), revocations: everybody{}, now: time.Now}
	token, err := g.Signer.SignGuest(Guest{Session: 3, Generation: 1, Device: 0xa, Name: "Ann", At: time.Now()})
	if err != nil {
		t.Fatal(err)
	}
	h, refused := g.Verify(token)
	if refused != nil || h.Role != protocol.RoleGuest || h.Session != 3 || h.Device != 0xa || h.Generation != 1 || h.Name != "Ann" {
		t.Errorf("%+v, %v", h, refused)
	}
	if n := len(g.cache.identities); n != 0 {
		t.Errorf("%d identities are cached", n)
	}
	bot, err := g.Signer.SignAdmin(time.Now().Unix())
	if err != nil {
		t.Fatal(err)
	}
	if _, refused := g.Verify(bot); refused != nil || len(g.cache.identities) != 1 {
		t.Errorf("%v, %d identities", refused, len(g.cache.identities))
	}
}
