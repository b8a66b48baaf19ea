package access_test

import (
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"partyline/actors/rules/access"
	"partyline/protocol"
)

// TestTokenPagesAreTheTokens: expired and revoked tokens are in no page, and not counted.
func TestTokenPagesAreTheTokens(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		l := &stateLog{State: access.New()}
		for range rapid.IntRange(0, 30).Draw(t, "tokens") {
			ttl := time.Duration(rapid.IntRange(1, 3).Draw(t, "hours")) * time.Hour
			_, _, err := l.do(protocol.IssueToken{Role: protocol.RoleBot, Name: "bot", ExpiresIn: protocol.Duration(ttl)}, noon)
			if err != nil {
				t.Fatal(err)
			}
			if rapid.Bool().Draw(t, "revoke") {
				_, _, _ = l.do(protocol.RevokeToken{ID: protocol.TokenID(rapid.IntRange(1, 30).Draw(t, "id"))}, noon)
			}
		}
		now := noon + protocol.Timestamp(rapid.IntRange(0, 3).Draw(t, "later"))*3600*second
		want, got := l.Tokens(now), []protocol.Token{}
		q := protocol.PageQuery{Limit: protocol.RowLimit(rapid.IntRange(1, 7).Draw(t, "limit"))}
		for more := true; more; {
			p := l.TokenPage(q, now)
			got = append(got, p.Rows...)
			if *p.Total != len(want) {
				t.Fatalf("total %d of %d", *p.Total, len(want))
			}
			if more = p.More; more {
				q.Cursor = *p.Next
			}
		}
		if diff := cmp.Diff(want, got); diff != "" {
			t.Fatal(diff)
		}
	})
}

// BenchmarkTokenPage is the first page of as many tokens as there can be.
func BenchmarkTokenPage(b *testing.B) {
	l := access.New()
	for id := range protocol.TokenID(access.MaxTokens) {
		l.Apply(&access.Issued{ID: id + 1, Role: protocol.RoleBot, Name: "bot", Created: noon, Expires: noon + day}, 0)
	}
	b.ReportAllocs()
	for b.Loop() {
		if p := l.TokenPage(protocol.PageQuery{Limit: 50}, noon); len(p.Rows) != 50 {
			b.Fatal(len(p.Rows))
		}
	}
}
