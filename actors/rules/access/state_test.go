package access_test

import (
	"slices"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"partyline/actors/codec/codectest"
	"partyline/actors/rules/access"
	"partyline/protocol"
)

const (
	noon   protocol.Timestamp = 1_700_000_000_000
	second                    = protocol.Timestamp(1000)
	day                       = 24 * 60 * 60 * second
)

// Given a valid bot token and a revoked one, when a command comes, then this fact and this
// answer, or this refusal.
func TestDecide(t *testing.T) {
	three := protocol.SessionID(3)
	hour := protocol.Duration(time.Hour)
	tests := []struct {
		name   string
		when   protocol.Command
		at     protocol.Timestamp
		then   access.Fact
		answer any
		code   protocol.Code
		says   string
	}{
		{name: "issue for a day", when: protocol.IssueToken{Role: protocol.RoleViewer, Name: "overlay"}, at: noon,
			then:   &access.Issued{ID: 3, Role: protocol.RoleViewer, Name: "overlay", Created: noon, Expires: noon + day},
			answer: protocol.Token{ID: 3, Role: protocol.RoleViewer, Name: "overlay", CreatedAt: noon, ExpiresAt: noon + day}},
		{name: "issue for a session and an hour", when: protocol.IssueToken{Role: protocol.RoleBot, Name: "bot", SessionID: &three, ExpiresIn: hour}, at: noon,
			then:   &access.Issued{ID: 3, Role: protocol.RoleBot, Name: "bot", Session: &three, Created: noon, Expires: noon + 3600*second},
			answer: protocol.Token{ID: 3, Role: protocol.RoleBot, Name: "bot", SessionID: &three, CreatedAt: noon, ExpiresAt: noon + 3600*second}},
		{name: "issue for a moment", when: protocol.IssueToken{Role: protocol.RoleBot, Name: "bot", ExpiresIn: protocol.Duration(time.Second - 1)}, at: noon,
			code: protocol.CodeInvalid, says: "expiresIn must be at least 1 second"},
		{name: "issue after the clock went back", when: protocol.IssueToken{Role: protocol.RoleBot, Name: "bot", ExpiresIn: hour}, at: noon - day,
			then:   &access.Issued{ID: 3, Role: protocol.RoleBot, Name: "bot", Created: noon - day, Expires: noon - day + 3600*second},
			answer: protocol.Token{ID: 3, Role: protocol.RoleBot, Name: "bot", CreatedAt: noon - day, ExpiresAt: noon - day + 3600*second}},
		{name: "revoke", when: protocol.RevokeToken{ID: 1}, at: noon + second,
			then: &access.Revoked{At: noon + second, ID: 1}, answer: protocol.Message{Message: "Token revoked successfully"}},
		{name: "revoke an expired one", when: protocol.RevokeToken{ID: 1}, at: noon + 3600*second, code: protocol.CodeNotFound, says: "Token not found"},
		{name: "revoke a revoked one", when: protocol.RevokeToken{ID: 2}, at: noon, code: protocol.CodeNotFound, says: "Token not found"},
		{name: "revoke an unknown one", when: protocol.RevokeToken{ID: 9}, at: noon, code: protocol.CodeNotFound, says: "Token not found"},
		{name: "somebody else's command", when: protocol.DeleteGame{ID: 1}, at: noon, code: protocol.CodeInternal, says: "access does not know protocol.DeleteGame"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			given := &stateLog{State: access.New()}
			for range 2 {
				given.must(t, protocol.IssueToken{Role: protocol.RoleBot, Name: "first", ExpiresIn: hour})
			}
			given.must(t, protocol.RevokeToken{ID: 2})
			facts, answer, err := given.do(tt.when, tt.at)
			if tt.code != "" {
				if err == nil || err.Code != tt.code || err.Message != tt.says || len(facts) > 0 {
					t.Fatalf("got %v and %d facts, want %s: %s", err, len(facts), tt.code, tt.says)
				}
				return
			}
			if err != nil {
				t.Fatal(err)
			}
			if d := cmp.Diff([]access.Fact{tt.then}, facts); d != "" {
				t.Errorf("facts (-want +got):\n%s", d)
			}
			if d := cmp.Diff(tt.answer, answer); d != "" {
				t.Errorf("answer (-want +got):\n%s", d)
			}
		})
	}
}

func TestTokensAreValidUntilTheyExpireOrAreRevoked(t *testing.T) {
	l := &stateLog{State: access.New()}
	for _, ttl := range []time.Duration{time.Hour, 0, time.Minute, time.Hour} {
		l.must(t, protocol.IssueToken{Role: protocol.RoleBot, Name: "bot", ExpiresIn: protocol.Duration(ttl)})
	}
	l.must(t, protocol.RevokeToken{ID: 4})
	for _, tt := range []struct {
		at   protocol.Timestamp
		want []protocol.TokenID
	}{
		{noon, []protocol.TokenID{3, 2, 1}},
		{noon + 60*second - 1, []protocol.TokenID{3, 2, 1}},
		{noon + 60*second, []protocol.TokenID{2, 1}},
		{noon + 3600*second, []protocol.TokenID{2}},
		{noon + day, []protocol.TokenID{}},
	} {
		got := []protocol.TokenID{}
		for _, tok := range l.Tokens(tt.at) {
			got = append(got, tok.ID)
		}
		if diff := cmp.Diff(tt.want, got); diff != "" {
			t.Errorf("at %v: %s", tt.at, diff)
		}
		for id := protocol.TokenID(0); id < 6; id++ {
			if live := l.Valid(id, tt.at); live != slices.Contains(tt.want, id) {
				t.Errorf("at %v: token %d holds: %v", tt.at, id, live)
			}
		}
	}
}

func TestTokensAreBounded(t *testing.T) {
	l := &stateLog{State: access.New()}
	for range access.MaxTokens - 1 {
		l.must(t, protocol.IssueToken{Role: protocol.RoleBot, Name: "long"})
	}
	l.must(t, protocol.IssueToken{Role: protocol.RoleBot, Name: "short", ExpiresIn: protocol.Duration(time.Minute)})
	_, _, err := l.do(protocol.IssueToken{Role: protocol.RoleBot, Name: "one more"}, noon)
	if err == nil || err.Code != protocol.CodeInvalid {
		t.Fatalf("token %d: %v", access.MaxTokens+1, err)
	}
	// An expired token frees its place, and what is stored stays within the limit.
	if _, _, err := l.do(protocol.IssueToken{Role: protocol.RoleBot, Name: "one more"}, noon+61*second); err != nil {
		t.Fatal(err)
	}
	codectest.Restored(t, access.New(), l.AppendSnapshot(nil))
	l.must(t, protocol.RevokeToken{ID: 1})
	l.must(t, protocol.IssueToken{Role: protocol.RoleBot, Name: "another"})
}

func TestIDsAreNeverReused(t *testing.T) {
	l := &stateLog{State: access.New()}
	l.must(t, protocol.IssueToken{Role: protocol.RoleBot, Name: "bot"})
	l.must(t, protocol.RevokeToken{ID: 1})
	l.State = codectest.Restored(t, access.New(), l.AppendSnapshot(nil))
	if tok := l.must(t, protocol.IssueToken{Role: protocol.RoleBot, Name: "bot"}).(protocol.Token); tok.ID != 2 {
		t.Errorf("the token after a revoked one has id %d, want 2: the revoked one's JWT would hold again", tok.ID)
	}
}

// stateLog is the state under test with the log of its facts.
type stateLog struct {
	*access.State
	log []access.Fact
}

func (l *stateLog) do(cmd protocol.Command, now protocol.Timestamp) ([]access.Fact, any, *protocol.Error) {
	facts, err := l.Decide(nil, cmd, protocol.ReadingOf(now))
	if err != nil {
		return facts, nil, err
	}
	for _, f := range facts {
		l.log = append(l.log, f)
		l.Apply(f, protocol.Seq(len(l.log)))
	}
	return facts, l.Answer(cmd, facts), nil
}

func (l *stateLog) must(t testing.TB, cmd protocol.Command) any {
	t.Helper()
	_, answer, err := l.do(cmd, noon)
	if err != nil {
		t.Fatalf("%#v: %v", cmd, err)
	}
	return answer
}
