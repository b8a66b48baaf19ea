package session_test

import (
	"fmt"
	"runtime"
	"testing"

	"partyline/actors/rules/session"
	"partyline/actors/rules/session/fact"
	"partyline/protocol"
)

// BenchmarkVote is all that a session does for one vote: decide, apply, publish,
// answer, encode. 10,000 names vote in turn, once every ten seconds.
func BenchmarkVote(b *testing.B) {
	e := newEvening()
	e.must(b, open(), add(1))
	names := named(10_000)
	var stored, event []byte
	var facts []fact.Fact
	b.ReportAllocs()
	for i := 0; b.Loop(); i++ {
		now := noon + protocol.Timestamp(i)
		cmd := protocol.CastVote{Username: names[i%len(names)], Vote: protocol.VoteUp, Timestamp: now.VoteTimestamp()}
		var err *protocol.Error
		facts, err = e.Decide(facts[:0], &cmd, protocol.ReadingOf(now))
		if err != nil {
			b.Fatal(err)
		}
		e.Apply(facts[0], 1)
		event = e.Publish(event[:0], facts[0], 1)
		stored = fact.Append(stored[:0], facts[0])
		if e.Answer(&cmd, facts) == nil {
			b.Fatal("no answer")
		}
	}
}

// BenchmarkBatch decides 500 votes at once; the figure is per batch.
func BenchmarkBatch(b *testing.B) {
	e := newEvening()
	e.must(b, open(), add(1))
	names := named(10_000)
	var facts []fact.Fact
	now := noon
	b.ReportAllocs()
	for n := 0; b.Loop(); {
		cmd := protocol.CastVotes{Votes: make([]protocol.CastVote, 500)}
		for i := range cmd.Votes {
			now++
			n++
			cmd.Votes[i] = *vote(names[n%len(names)], protocol.VoteDown, now)
		}
		facts, _ = e.Decide(facts[:0], &cmd, protocol.ReadingOf(now))
		if len(facts) != 500 {
			b.Fatal(len(facts))
		}
		for _, f := range facts {
			e.Apply(f, 1)
		}
	}
}

// BenchmarkReplay reads and applies stored votes.
func BenchmarkReplay(b *testing.B) {
	e := crowd(b, 100_000, 10_000)
	stored := make([][]byte, len(e.facts))
	for i, f := range e.facts {
		stored[i] = fact.Append(nil, f)
	}
	b.ResetTimer()
	b.ReportAllocs()
	for b.Loop() {
		h := session.New(3)
		for i, s := range stored {
			f, err := fact.Read(s)
			if err != nil {
				b.Fatal(err)
			}
			h.Apply(f, protocol.Seq(i+1))
		}
	}
	b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(b.N*len(stored)), "ns/vote")
}

// BenchmarkSnapshot takes a million votes by 10,000 and by 100,000 names down and back up.
func BenchmarkSnapshot(b *testing.B) {
	for _, names := range []int{10_000, 100_000} {
		before := heap()
		e := crowd(b, 1_000_000, names)
		e.facts, e.events = nil, nil
		held := heap() - before
		data := e.AppendSnapshot(nil)
		b.Run(fmt.Sprintf("encode/names=%d", names), func(b *testing.B) {
			for b.Loop() {
				e.AppendSnapshot(nil)
			}
			b.ReportMetric(float64(len(data)), "bytes")
			b.ReportMetric(float64(held)/1e6, "heapMB")
		})
		b.Run(fmt.Sprintf("restore/names=%d", names), func(b *testing.B) {
			for b.Loop() {
				if err := session.New(3).Restore(data); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}

// crowd is an evening with that many votes, a new one every seven milliseconds.
func crowd(b *testing.B, votes, names int) *evening {
	e := newEvening()
	e.must(b, open(), add(1))
	who := named(names)
	for i := range votes {
		e.now = noon + protocol.Timestamp(i)*7
		facts, err := e.Decide(nil, vote(who[(i*7919)%names], protocol.VoteUp, e.now), protocol.ReadingOf(e.now))
		if err != nil {
			b.Fatal(i, err)
		}
		e.Apply(facts[0], 0)
		e.facts = append(e.facts, facts[0])
	}
	return e
}

func named(n int) []string {
	names := make([]string, n)
	for i := range names {
		names[i] = fmt.Sprintf("viewer_%d", i)
	}
	return names
}

func heap() uint64 {
	var m runtime.MemStats
	runtime.GC()
	runtime.ReadMemStats(&m)
	return m.HeapAlloc
}

// BenchmarkPollVote is all that a session does for one vote in a poll of four games:
// 10,000 names change their minds in turn.
func BenchmarkPollVote(b *testing.B) {
	e := newEvening()
	e.must(b, open(), poll(1, 2, 3, 4))
	names := named(10_000)
	var stored, event []byte
	var facts []fact.Fact
	b.ReportAllocs()
	for i := 0; b.Loop(); i++ {
		cmd := protocol.CastPollVote{Username: names[i%len(names)], Choice: 1 + (i/len(names))%4}
		var err *protocol.Error
		facts, err = e.Decide(facts[:0], &cmd, protocol.ReadingOf(noon))
		if err != nil {
			b.Fatal(err)
		}
		e.Apply(facts[0], 1)
		event = e.Publish(event[:0], facts[0], 1)
		stored = fact.Append(stored[:0], facts[0])
		if e.Answer(&cmd, facts) == nil {
			b.Fatal("no answer")
		}
	}
}

// BenchmarkPollVoters is what the voters of a full poll take.
func BenchmarkPollVoters(b *testing.B) {
	names := named(protocol.MaxPollVoters)
	for b.Loop() {
		before := heap()
		e := newEvening()
		e.must(b, open(), poll(1, 2))
		e.facts, e.events = nil, nil
		for i, name := range names {
			f := &fact.PollVoted{At: noon, Poll: 3001, Choice: 1 + i%2, Username: name}
			e.Apply(f, 0)
		}
		b.ReportMetric(float64(heap()-before)/protocol.MaxPollVoters, "B/voter")
		b.ReportMetric(float64(len(e.AppendSnapshot(nil))), "snapshotB")
	}
}

// BenchmarkChatImport is what nobody can vote during: 100,000 lines with a vote, by
// 5,000 people, decided, applied and stored.
func BenchmarkChatImport(b *testing.B) {
	for name, step := range map[string]protocol.Timestamp{"in order": 1, "backwards": -1} {
		b.Run(name, func(b *testing.B) {
			const lines, people = 100_000, 5_000
			log := make([]chatLine, lines)
			for i := range log {
				n := i
				if step < 0 {
					n = lines - 1 - i
				}
				log[i] = chatLine{fmt.Sprint("viewer_", n%people), up, noon + protocol.Timestamp(n/people*2500+n%people/2)}
			}
			cmd := chat(log...)
			var stored []byte
			for b.Loop() {
				e := newEvening()
				e.must(b, open(), add(1))
				e.now += 60 * second
				e.must(b, cmd)
				stored = fact.Append(stored[:0], e.facts[2])
			}
			b.ReportMetric(float64(len(stored)), "bytes")
		})
	}
}
