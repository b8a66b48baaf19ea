package session_test

import (
	"testing"

	"github.com/google/go-cmp/cmp"

	"partyline/actors/rules/session/fact"
	"partyline/protocol"
)

func TestReadVoteReadsOnlyVotes(t *testing.T) {
	for _, f := range oneOfEach() {
		want, _ := f.(*fact.VoteCast)
		got, err := fact.ReadVote(fact.Append(nil, f))
		if err != nil {
			t.Errorf("%T: %v", f, err)
		}
		if diff := cmp.Diff(want, got); diff != "" {
			t.Errorf("%T (-want +got):\n%s", f, diff)
		}
	}
	if v, err := fact.ReadVote(nil); v != nil || err != nil {
		t.Errorf("nothing is read as %v, %v", v, err)
	}
	if v, err := fact.ReadVote([]byte{7, 1}); v != nil || err == nil {
		t.Errorf("a damaged vote is read as %v, %v", v, err)
	}
}

func TestReadChatReadsOnlyChatLogs(t *testing.T) {
	for _, f := range oneOfEach() {
		want, _ := f.(*fact.ChatImported)
		got, err := fact.ReadChat(fact.Append(nil, f))
		if err != nil {
			t.Errorf("%T: %v", f, err)
		}
		if diff := cmp.Diff(want, got); diff != "" {
			t.Errorf("%T (-want +got):\n%s", f, diff)
		}
	}
	if c, err := fact.ReadChat(nil); c != nil || err != nil {
		t.Errorf("nothing is read as %v, %v", c, err)
	}
	if c, err := fact.ReadChat([]byte{11, 1}); c != nil || err == nil {
		t.Errorf("a damaged log is read as %v, %v", c, err)
	}
}

// TestChatLogsBackwards: each thumb is a vote with a number of its own, the newest first.
func TestChatLogsBackwards(t *testing.T) {
	f := &fact.ChatImported{At: noon, Messages: 3, Names: []string{"Ann", "bob"}, Plays: []fact.ChatPlay{of(1, 2, 2, 1), of(2, 1, 0, 1)},
		Votes: []protocol.ChatVote{voice(0, 0, 3), voice(0, 1, 1), voice(5000, 0, 2)}}
	want := []fact.VoteCast{
		{At: noon, Timestamp: noon + 5000, Play: play(2), Game: 2, Type: protocol.VoteDown, Username: "Ann"},
		{At: noon, Timestamp: noon, Play: play(1), Game: 1, Type: protocol.VoteUp, Username: "bob"},
		{At: noon, Timestamp: noon, Play: play(1), Game: 1, Type: protocol.VoteDown, Username: "Ann"},
		{At: noon, Timestamp: noon, Play: play(1), Game: 1, Type: protocol.VoteUp, Username: "Ann"},
	}
	var got []fact.VoteCast
	for n, v := range f.Backward() {
		if n != 3-len(got) {
			t.Errorf("vote %d has number %d", len(got), n)
		}
		got = append(got, *v)
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("-want +got:\n%s", diff)
	}
	for n, v := range f.Forward() {
		if diff := cmp.Diff(want[len(want)-1-n], *v); diff != "" {
			t.Errorf("forward, vote %d (-want +got):\n%s", n, diff)
		}
	}
	for range f.Backward() {
		break // whoever has enough stops
	}
	for range f.Forward() {
		break
	}
}

func TestSameNameIsTheRuleOfDuplicates(t *testing.T) {
	for _, pair := range [][2]string{{"Ann", " aNN\u2003"}, {"\u212aai", "kai"}, {"ann", "anna"}, {"straße", "strasse"}} {
		got := fact.SameName(pair[0], pair[1])
		e := newEvening()
		e.must(t, open(), add(1), vote(pair[0], "up", noon))
		if _, _, err := e.do(vote(pair[1], "up", noon)); (err != nil) != got {
			t.Errorf("%q and %q: the same name is %v, a duplicate %v", pair[0], pair[1], got, err)
		}
	}
}
