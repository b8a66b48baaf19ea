package actors_test

import (
	"regexp"
	"testing"
	"testing/synctest"
	"time"

	"partyline/protocol"
)

// eventTime is the moment of an event within its record.
var eventTime = regexp.MustCompile(`"timestamp":"([^"]+)","sessionId":`)

// TestNoTimestampGoesBackWhateverTheClockDoes has the clock jump back and ahead under an
// evening, and over restarts: in the log of a session no event is before the one before it.
func TestNoTimestampGoesBackWhateverTheClockDoes(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		n := newNight(t)
		for _, skew := range []time.Duration{0, -time.Hour, 24 * time.Hour, -48 * time.Hour, 0} {
			n.skew.Store(int64(skew))
			for range 2 {
				n.vote()
				n.play(2)
				rest(time.Second)
				n.restart()
			}
		}
		newest, events := map[string]protocol.Timestamp{}, 0
		var committed time.Time
		for r, err := range n.journal.ReadAll(t.Context(), 0) {
			if err != nil {
				t.Fatal(err)
			}
			if r.Time.Before(committed) {
				t.Errorf("%s %d was committed at %v, after %v", r.Stream, r.Seq, r.Time, committed)
			}
			committed = r.Time
			found := eventTime.FindSubmatch(r.Data)
			if found == nil {
				continue
			}
			at, err := protocol.ParseTimestamp(string(found[1]))
			if err != nil || at < newest[r.Stream] {
				t.Errorf("%s %d is of %s, the one before it of %d: %v", r.Stream, r.Seq, found[1], newest[r.Stream], err)
			}
			newest[r.Stream] = at
			events++
		}
		if events < 20 {
			t.Errorf("only %d events were looked at", events)
		}
	})
}
