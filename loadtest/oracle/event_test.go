package oracle

import (
	"bytes"
	"encoding/json"
	"testing"

	"partyline/protocol"
)

// FuzzReadEvent: what is scanned is what would have been decoded, for whatever the
// server writes into an event and for whatever else comes.
func FuzzReadEvent(f *testing.F) {
	f.Add(int64(3), int64(40), "Quiplash", "v17", "up", int64(1_700_000_000_000), int64(3), int64(5), []byte(nil))
	f.Add(int64(0), int64(-1), "a \"quoted\" \\ title", "", "sideways", int64(-5), int64(-3), int64(0), []byte(`{"type":"vote.received"`))
	f.Fuzz(func(t *testing.T, session, game int64, title, name, kind string, stamp, up, down int64, raw []byte) {
		at := protocol.Timestamp(max(0, min(stamp, 253402300799999)))
		event := protocol.AppendVoteEvent(nil, at, 9, &protocol.VoteReceived{
			SessionID: protocol.SessionID(session), Game: protocol.EventGame{ID: protocol.GameID(game), Title: title, PackName: title},
			Vote: protocol.Vote{Username: name, Type: protocol.VoteType(kind), Timestamp: at}, Totals: protocol.NewTotals(up, down),
		})
		for _, b := range [][]byte{event, raw, bytes.Replace(event, []byte(`"data"`), raw, 1)} {
			scanned, ok := readVote(b)
			decoded, err := decodeEvent(b)
			if ok && json.Valid(b) && (err != nil || scanned != decoded) {
				t.Errorf("%s\nscanned %+v\ndecoded %+v %v", b, scanned, decoded, err)
			}
		}
		if _, err := readEvent(event); err != nil {
			t.Errorf("%s: %v", event, err)
		}
	})
}

func TestEventsOfTheServersOwnEncoderAreScanned(t *testing.T) {
	event := protocol.AppendVoteEvent(nil, 1, 2, &protocol.VoteReceived{Vote: protocol.Vote{Username: "v1", Type: protocol.VoteUp}, Totals: protocol.NewTotals(1, 2)})
	if _, ok := readVote(event); !ok {
		t.Errorf("%s is not", event)
	}
	if _, ok := openEvent(event); !ok {
		t.Errorf("the envelope of %s is not", event)
	}
}
