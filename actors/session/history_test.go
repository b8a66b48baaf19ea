package session_test

import (
	"testing"

	"github.com/google/go-cmp/cmp"

	"partyline/actors/session"
)

func TestReadVoteReadsOnlyVotes(t *testing.T) {
	for _, f := range oneOfEach() {
		want, _ := f.(*session.VoteCast)
		got, err := session.ReadVote(session.AppendFact(nil, f))
		if err != nil {
			t.Errorf("%T: %v", f, err)
		}
		if diff := cmp.Diff(want, got); diff != "" {
			t.Errorf("%T (-want +got):\n%s", f, diff)
		}
	}
	if v, err := session.ReadVote(nil); v != nil || err != nil {
		t.Errorf("nothing is read as %v, %v", v, err)
	}
	if v, err := session.ReadVote([]byte{7, 1}); v != nil || err == nil {
		t.Errorf("a damaged vote is read as %v, %v", v, err)
	}
}

func TestSameNameIsTheRuleOfDuplicates(t *testing.T) {
	for _, pair := range [][2]string{{"Ann", " aNN\t"}, {"\u212aai", "kai"}, {"ann", "anna"}, {"straße", "strasse"}} {
		got := session.SameName(pair[0], pair[1])
		e := newEvening()
		e.must(t, open(), add(1), vote(pair[0], "up", noon))
		if _, _, err := e.do(vote(pair[1], "up", noon)); (err != nil) != got {
			t.Errorf("%q and %q: the same name is %v, a duplicate %v", pair[0], pair[1], got, err)
		}
	}
}
