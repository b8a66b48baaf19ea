package demo

import (
	"strings"
	"testing"
	"time"

	"partyline/protocol"
)

func event(t protocol.EventType, seq protocol.Seq) message {
	return message{Type: string(t), Seq: seq}
}

func TestScreenRefusesGapsAndRepeats(t *testing.T) {
	for name, bad := range map[string][]message{
		"a gap":       {event(protocol.EventSessionStarted, 1), event(protocol.EventGameAdded, 3)},
		"a double":    {event(protocol.EventSessionStarted, 1), event(protocol.EventSessionStarted, 1)},
		"a step back": {event(protocol.EventSessionStarted, 1), event(protocol.EventGameAdded, 2), event(protocol.EventVoteReceived, 1)},
	} {
		s := &screen{out: new(strings.Builder)}
		var err error
		for _, m := range bad {
			if err = s.show(m); err != nil {
				break
			}
		}
		if err == nil {
			t.Errorf("%s is shown as if it were good", name)
		}
	}
}

func TestScreenCountsVotesAndPrintsTheNewestTotals(t *testing.T) {
	var out strings.Builder
	s := &screen{out: &out, interval: time.Hour}
	for seq, m := range []message{event(protocol.EventGameAdded, 1), event(protocol.EventVoteReceived, 2), event(protocol.EventVoteReceived, 3), event(protocol.EventSessionEnded, 4)} {
		m.Data.Totals = protocol.NewTotals(int64(seq), 0)
		if err := s.show(m); err != nil {
			t.Fatal(err)
		}
	}
	if s.votes != 2 || !s.ended {
		t.Errorf("votes %d, ended %v", s.votes, s.ended)
	}
	if text := out.String(); !strings.Contains(text, "up 2  down 0  score +2") || strings.Contains(text, "up 1 ") {
		t.Errorf("printed:\n%s", text)
	}
}

func TestBarIsWithinItsWidth(t *testing.T) {
	for _, totals := range []protocol.Totals{{}, protocol.NewTotals(3, 1), protocol.NewTotals(24, 0), protocol.NewTotals(5000, 1), protocol.NewTotals(0, 5000)} {
		if b := bar(totals); len(b) != barWidth {
			t.Errorf("%+v: %q", totals, b)
		}
	}
}

func TestPlannedVotesAreInOrderAndOneEach(t *testing.T) {
	start := time.Now()
	all := planVotes(100, start, time.Minute)
	seen := map[string]bool{}
	for i, b := range all {
		if b.at.Before(start) || b.at.After(start.Add(time.Minute)) || (i > 0 && b.at.Before(all[i-1].at)) {
			t.Errorf("ballot %d at %s", i, b.at.Sub(start))
		}
		if seen[b.name] {
			t.Errorf("%s votes twice", b.name)
		}
		seen[b.name] = true
	}
	if len(all) < 50 {
		t.Errorf("only %d of 100 vote", len(all))
	}
}
