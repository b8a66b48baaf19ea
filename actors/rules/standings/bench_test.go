package standings_test

import (
	"strconv"
	"testing"

	"partyline/actors/rules/session/fact"
	"partyline/actors/rules/standings"
	"partyline/protocol"
)

// A million votes over a hundred sessions of ten games take less than 0.3 s.
func BenchmarkApplyMillionVotes(b *testing.B) {
	s := standingsOf(100)
	facts := make([]fact.VoteCast, 1000)
	for i := range facts {
		facts[i] = fact.VoteCast{Game: protocol.GameID(1 + i%10), Type: protocol.VoteUp, Username: "ann"}
	}
	for b.Loop() {
		for i := range 1_000_000 {
			s.Apply(protocol.SessionID(1+i%100), &facts[i%1000])
		}
	}
}

func BenchmarkSnapshotTenThousandSessions(b *testing.B) {
	s := standingsOf(10_000)
	var data []byte
	for b.Loop() {
		data = s.AppendSnapshot(data[:0])
	}
	b.ReportMetric(float64(len(data)), "bytes")
}

func BenchmarkRestoreTenThousandSessions(b *testing.B) {
	data := standingsOf(10_000).AppendSnapshot(nil)
	for b.Loop() {
		if err := standings.New().Restore(data); err != nil {
			b.Fatal(err)
		}
	}
}

func BenchmarkStats(b *testing.B) {
	s := standingsOf(10_000)
	games := make([]protocol.Game, 72)
	for i := range games {
		games[i] = protocol.Game{ID: protocol.GameID(i + 1), Title: "Game " + strconv.Itoa(i), Enabled: true}
	}
	for b.Loop() {
		s.Stats(games)
	}
}

// standingsOf is so many sessions of ten games with a few votes each.
func standingsOf(sessions int) *standings.State {
	s := standings.New()
	notes := "a usual evening with friends and pizza"
	for id := range protocol.SessionID(sessions) {
		s.Apply(id+1, &fact.Opened{At: noon, Notes: &notes})
		for game := range protocol.GameID(10) {
			s.Apply(id+1, &fact.GameAdded{Game: fact.PlayedGame{ID: game + 1}})
			s.Apply(id+1, &fact.VoteCast{Game: game + 1, Type: protocol.VoteUp})
		}
		s.Apply(id+1, &fact.Closed{At: noon + 1})
	}
	return s
}
