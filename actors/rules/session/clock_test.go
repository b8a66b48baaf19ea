package session_test

import (
	"fmt"
	"testing"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"partyline/actors/rules/session"
	"partyline/actors/rules/session/fact"
	"partyline/protocol"
)

const (
	hour = 3600 * second
	day  = 24 * hour
)

// wrong is an evening on a machine whose clock is set now and then. Its now is the true
// time, which voters stamp by.
type wrong struct {
	*evening
	skew protocol.Timestamp // how far the clock is ahead of it
	// plays are the playings by the true time at which they began.
	plays []naivePlay
	// read is when the state was read from its log last.
	read protocol.Timestamp
}

func newWrong(t rapid.TB) *wrong {
	w := &wrong{evening: newEvening()}
	w.moment = func() protocol.ClockReading { return protocol.ClockReading{Wall: w.now + w.skew, Monotonic: w.now} }
	if _, _, err := w.do(open()); err != nil {
		t.Fatal(err)
	}
	return w
}

func (w *wrong) play(t rapid.TB, game protocol.GameID) {
	if _, _, err := w.do(add(game)); err != nil {
		t.Fatal(err)
	}
	w.plays = append(w.plays, naivePlay{at: w.now})
}

// playing is the number of the playing that was on at a true time, 0 for none.
func (w *wrong) playing(at protocol.Timestamp) int {
	for n := len(w.plays); n > 0; n-- {
		if p := w.plays[n-1]; p.at <= at && !p.removed {
			return n
		}
	}
	return 0
}

// latest is how many milliseconds a vote may be late. A clock that was set by less than a
// minute could be right, and the vote not as late. While it is right votes of all the
// evening may come.
func (w *wrong) latest() int {
	if w.skew == 0 && w.read == 0 {
		return int(w.now - noon)
	}
	if far := max(w.skew, -w.skew); far > 0 && far < 60*second {
		return int(max(0, far-2001))
	}
	return 55_000
}

// counts has a voter vote who sent it at a true time.
func (w *wrong) counts(t rapid.TB, voter string, sent protocol.Timestamp) {
	_, facts, err := w.do(vote(voter, protocol.VoteUp, sent))
	want := w.playing(sent)
	if want == 0 {
		if err == nil || err.Code != protocol.CodeNotFound {
			t.Fatalf("sent at %v, before any game: %v, %v", sent, facts, err)
		}
		return
	}
	if err != nil {
		t.Fatalf("sent at %v during playing %d, the clock says %v: %v", sent, want, w.moment().Wall, err)
	}
	if f := castFact(facts[0]); f.Play != play(want) || f.Timestamp != sent {
		t.Fatalf("sent at %v during playing %d, the clock says %v: counted for %d", sent, want, w.moment().Wall, f.Play)
	}
}

// logged has a chat log imported that somebody wrote at true times.
func (w *wrong) logged(t rapid.TB, sent []protocol.Timestamp) {
	lines, want := make([]chatLine, len(sent)), map[protocol.PlayID]int{}
	for i, at := range sent {
		lines[i] = chatLine{name: fmt.Sprint("writer ", len(w.facts), i), message: up, at: at}
		if n := w.playing(at); n > 0 {
			want[play(n)]++
		}
	}
	_, facts, err := w.do(chat(lines...))
	if err != nil {
		t.Fatal(err)
	}
	got := map[protocol.PlayID]int{}
	for _, f := range facts {
		for _, p := range f.(*fact.ChatImported).Plays {
			got[p.Play] = p.Lines
		}
	}
	if d := cmp.Diff(want, got); d != "" {
		t.Fatalf("of %v (-want +got)\n%s", sent, d)
	}
}

// TestAVoteCountsForTheGameThatWasOnWhateverTheClockDoes: the clock is set by seconds or by
// months, over and over, and games come and go. A vote that was stamped right, and comes up
// to a minute later, counts for the game that was on when it was sent; also after the
// session has been read from its log again, for votes that were sent since. While the
// clock is right so does a chat log of all the evening.
func TestAVoteCountsForTheGameThatWasOnWhateverTheClockDoes(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		w := newWrong(t)
		voters := 0
		t.Repeat(map[string]func(*rapid.T){
			"wait": func(t *rapid.T) { w.now += protocol.Timestamp(rapid.IntRange(1, 90_000).Draw(t, "ms")) },
			"set": func(t *rapid.T) {
				far := rapid.SampledFrom([]protocol.Timestamp{0, 100, second, 60 * second, hour, day, 31 * day}).Draw(t, "far")
				w.skew = far * protocol.Timestamp(rapid.IntRange(-3, 3).Draw(t, "times"))
			},
			"add": func(t *rapid.T) {
				w.now++
				w.play(t, protocol.GameID(rapid.IntRange(1, 3).Draw(t, "game")))
			},
			"remove": func(t *rapid.T) {
				if n := w.playing(w.now); n > 0 {
					w.must(t, remove(n))
					w.plays[n-1].removed = true
				}
			},
			"read again": func(t *rapid.T) {
				w.State = replayed(t, session.New(3), w.facts, 0)
				w.must(t, protocol.OpenJoin{ID: 3, Policy: protocol.PolicyOnce, NewCode: "QRX7F2", Renew: true})
				w.read = w.now
			},
			"log": func(t *rapid.T) {
				if w.skew != 0 || w.read != 0 {
					return
				}
				w.logged(t, rapid.SliceOfN(rapid.Custom(func(t *rapid.T) protocol.Timestamp {
					return noon + protocol.Timestamp(rapid.IntRange(0, int(w.now-noon)).Draw(t, "sent"))
				}), 0, 9).Draw(t, "lines"))
			},
			"vote": func(t *rapid.T) {
				sent := max(w.read, w.now-protocol.Timestamp(rapid.IntRange(0, w.latest()).Draw(t, "late")))
				voters++
				w.counts(t, "voter "+protocol.SessionID(voters).String(), sent)
			},
		})
	})
}
