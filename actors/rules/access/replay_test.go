package access_test

import (
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"partyline/actors/codec/codectest"
	"partyline/actors/rules/access"
	"partyline/protocol"
)

// stored is every kind of fact as it is on disk.
var stored = []struct {
	fact  access.Fact
	bytes string
}{
	{&access.Issued{ID: 1, Role: protocol.RoleBot, Name: "b", Created: noon, Expires: noon + second},
		"\x01" + `{"id":1,"role":"bot","name":"b","created":"2023-11-14T22:13:20.000Z","expires":"2023-11-14T22:13:21.000Z"}`},
	{&access.Issued{ID: 2, Role: protocol.RoleViewer, Name: "v", Session: new(protocol.SessionID), Created: noon, Expires: noon + second},
		"\x01" + `{"id":2,"role":"viewer","name":"v","session":0,"created":"2023-11-14T22:13:20.000Z","expires":"2023-11-14T22:13:21.000Z"}`},
	{&access.Revoked{At: noon, ID: 2}, "\x02" + `{"at":"2023-11-14T22:13:20.000Z","id":2}`},
	{&access.Compacted{At: noon, Last: 9, Tokens: []access.Issued{{ID: 2, Role: protocol.RoleBot, Name: "b", Created: noon, Expires: noon + second}}},
		"\x03" + `{"at":"2023-11-14T22:13:20.000Z","last":9,"tokens":[{"id":2,"role":"bot","name":"b","created":"2023-11-14T22:13:20.000Z","expires":"2023-11-14T22:13:21.000Z"}]}`},
	{&access.Compacted{At: noon, Last: 9}, "\x03" + `{"at":"2023-11-14T22:13:20.000Z","last":9}`},
}

var facts = codectest.Facts[access.Fact]{Append: access.AppendFact, Read: access.ReadFact}

func TestFactsAreStoredForEver(t *testing.T) {
	for _, tt := range stored {
		facts.Stored(t, tt.fact, tt.bytes)
	}
}

func TestReadFactRefuses(t *testing.T) {
	for name, tt := range map[string]struct{ data, want string }{
		"nothing":      {"", "an empty fact"},
		"a later kind": {"\x04{}", "newer version"},
		"cut JSON":     {"\x02{", "unexpected EOF"},
		"a wrong type": {"\x02" + `{"id":"1"}`, "cannot unmarshal"},
		"no id":        {"\x01{}", "not an id"},
		"an id beyond": {"\x03" + `{"last":1,"tokens":[{"id":2}]}`, "token 2"},
		"an id twice":  {"\x03" + `{"last":3,"tokens":[{"id":2},{"id":2}]}`, "after 2"},
	} {
		t.Run(name, func(t *testing.T) { facts.Refused(t, tt.data, tt.want) })
	}
}

// After any commands, the live state equals the state replayed from the stored facts, and that
// of a snapshot with the facts after it.
func TestReplayIsLive(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		l := &stateLog{State: access.New()}
		snapshot, upTo, now := l.AppendSnapshot(nil), 0, noon
		for range rapid.IntRange(0, 40).Draw(t, "commands") {
			now += protocol.Timestamp(rapid.IntRange(-1, 10).Draw(t, "seconds")) * second
			_, _, _ = l.do(anyCommand().Draw(t, "command"), now)
			if rapid.IntRange(0, 9).Draw(t, "snapshot") == 0 {
				snapshot, upTo = l.AppendSnapshot(nil), len(l.log)
			}
		}
		live := string(l.AppendSnapshot(nil))
		if diff := cmp.Diff(live, string(replayed(t, access.New(), l.log).AppendSnapshot(nil))); diff != "" {
			t.Fatalf("replayed is not live: %s", diff)
		}
		tail := replayed(t, codectest.Restored(t, access.New(), snapshot), l.log[upTo:])
		if diff := cmp.Diff(live, string(tail.AppendSnapshot(nil))); diff != "" {
			t.Fatalf("snapshot and tail are not live: %s", diff)
		}
		if diff := cmp.Diff(l.Tokens(now), tail.Tokens(now)); diff != "" {
			t.Fatalf("other tokens: %s", diff)
		}
	})
}

func TestRestoreRefusesAndKeepsTheState(t *testing.T) {
	for name, data := range map[string]string{
		"nothing": "", "cut": `{"last":3`, "no id": `{"last":1,"tokens":[{"id":0}]}`, "an id above the last": `{"last":1,"tokens":[{"id":2}]}`,
		"too many": `{"last":1,"tokens":[` + strings.Repeat(`{"id":1},`, access.MaxTokens) + `{"id":1}]}`,
	} {
		t.Run(name, func(t *testing.T) {
			l := &stateLog{State: access.New()}
			l.must(t, protocol.IssueToken{Role: protocol.RoleBot, Name: "bot"})
			codectest.RefusedSnapshot(t, l, data)
		})
	}
}

// Reading any bytes ends without a panic; a fact that can be read can be applied, and is
// written back as something that reads the same.
func FuzzReadFact(f *testing.F) {
	for _, tt := range stored {
		f.Add([]byte(tt.bytes))
	}
	f.Fuzz(func(t *testing.T, data []byte) {
		if fact, ok := facts.Fuzzed(t, data); ok {
			s := access.New()
			s.Apply(fact, 1)
			codectest.Restored(t, access.New(), s.AppendSnapshot(nil))
		}
	})
}

// Restoring any bytes ends without a panic, and what was restored is written as something that
// restores to the same.
func FuzzRestore(f *testing.F) {
	f.Add([]byte(`{"last":2,"tokens":[{"id":2,"role":"bot","name":"b","sessionId":null,"createdAt":"2023-11-14T22:13:20.000Z","expiresAt":"2023-11-14T22:13:21.000Z"}]}`))
	f.Fuzz(func(t *testing.T, data []byte) { codectest.FuzzedSnapshot(t, access.New(), access.New(), data) })
}

func replayed(t codectest.Failer, s *access.State, log []access.Fact) *access.State {
	for i, f := range log {
		s.Apply(facts.Again(t, f), protocol.Seq(i+1))
	}
	return s
}

func anyCommand() *rapid.Generator[protocol.Command] {
	return rapid.Custom(func(t *rapid.T) protocol.Command {
		if rapid.IntRange(0, 9).Draw(t, "compact") == 0 {
			return access.Compact{Records: 10_000, Before: noon + protocol.Timestamp(rapid.IntRange(0, 60).Draw(t, "before"))*second}
		}
		if rapid.Bool().Draw(t, "revoke") {
			return protocol.RevokeToken{ID: protocol.TokenID(rapid.IntRange(0, 12).Draw(t, "id"))}
		}
		c := protocol.IssueToken{
			Role:      rapid.SampledFrom([]protocol.Role{protocol.RoleBot, protocol.RoleViewer}).Draw(t, "role"),
			Name:      rapid.StringN(1, 5, -1).Draw(t, "name"),
			ExpiresIn: protocol.Duration(rapid.IntRange(0, 60).Draw(t, "seconds")) * protocol.Duration(time.Second),
		}
		if id := rapid.IntRange(0, 3).Draw(t, "session"); id > 0 {
			session := protocol.SessionID(id)
			c.SessionID = &session
		}
		return c
	})
}
