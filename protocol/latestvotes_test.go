package protocol_test

import (
	"fmt"
	"slices"
	"testing"

	"github.com/google/go-cmp/cmp"

	"partyline/protocol"
)

func TestLatestVotesKeepsTheNewest(t *testing.T) {
	var l protocol.LatestVotes
	want := []protocol.LatestVote{}
	for i := range 3 * protocol.MaxLatestVotes {
		if diff := cmp.Diff(want, l.List()); diff != "" {
			t.Fatalf("after %d votes (-want +got):\n%s", i, diff)
		}
		same := protocol.LatestVotesOf(l.List())
		if diff := cmp.Diff(want, same.List()); diff != "" {
			t.Fatalf("made of a list of %d (-want +got):\n%s", len(want), diff)
		}
		v := protocol.LatestVote{GameID: 31, Vote: protocol.Vote{Username: fmt.Sprint("voter", i), Type: protocol.VoteUp}}
		l.Add(v)
		same.Add(v)
		want = slices.Insert(want, 0, v)
		want = want[:min(len(want), protocol.MaxLatestVotes)]
		if diff := cmp.Diff(want, same.List()); diff != "" {
			t.Fatalf("gone on with (-want +got):\n%s", diff)
		}
	}
	long := protocol.LatestVotesOf(append(l.List(), protocol.LatestVote{GameID: 9}))
	if diff := cmp.Diff(want, long.List()); diff != "" {
		t.Errorf("made of a longer list (-want +got):\n%s", diff)
	}
}
