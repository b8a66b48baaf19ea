package oracle

import (
	"encoding/json"
	"fmt"
	"slices"

	"partyline/protocol"
)

// seenEvent is what the oracle checks of an event.
type seenEvent struct {
	isVote         bool
	session, inner protocol.SessionID
	vote           Number
	up             bool
	stamp          protocol.Timestamp
	game           protocol.GameID
	totals         protocol.Totals
}

// readEvent reads what protocol.AppendVoteEvent writes without decoding JSON, and anything else as
// JSON, with the same result.
func readEvent(event []byte) (seenEvent, error) {
	if s, ok := readVote(event); ok {
		return s, nil
	}
	return decodeEvent(event)
}

func readVote(event []byte) (seenEvent, bool) {
	e := seenEvent{isVote: true}
	s := scanner{rest: event, ok: true}
	s.literal(`{"type":"vote.received","timestamp":`)
	s.text()
	s.literal(`,"sessionId":`)
	e.session = protocol.SessionID(s.number())
	s.literal(`,"seq":`)
	s.number()
	s.literal(`,"data":{"sessionId":`)
	e.inner = protocol.SessionID(s.number())
	s.literal(`,"game":{"id":`)
	e.game = protocol.GameID(s.number())
	s.literal(`,"title":`)
	s.text()
	s.literal(`,"pack_name":`)
	s.text()
	s.literal(`},"vote":{"username":`)
	e.vote = numberOf(s.text())
	s.literal(`,"type":`)
	e.up = string(s.text()) == string(protocol.VoteUp)
	s.literal(`,"timestamp":`)
	stamp, err := protocol.ParseTimestamp(string(s.text()))
	e.stamp = stamp
	s.literal(`},"totals":{"upvotes":`)
	e.totals.Upvotes = s.number()
	s.literal(`,"downvotes":`)
	e.totals.Downvotes = s.number()
	s.literal(`,"popularity_score":`)
	e.totals.PopularityScore = s.signed()
	s.literal(`}}}`)
	return e, s.ok && err == nil && len(s.rest) == 0
}

func decodeEvent(event []byte) (s seenEvent, err error) {
	var e struct {
		protocol.Event
		Data json.RawMessage `json:"data"`
	}
	if err := json.Unmarshal(event, &e); err != nil {
		return s, err
	}
	if !slices.Contains(protocol.EventTypes(), e.Type) {
		return s, fmt.Errorf("an event of no known type")
	}
	if e.Type != protocol.EventVoteReceived {
		return s, nil
	}
	var v protocol.VoteReceived
	if err := json.Unmarshal(e.Data, &v); err != nil {
		return s, err
	}
	return seenEvent{
		isVote: true, session: e.SessionID, inner: v.SessionID, vote: numberOf([]byte(v.Vote.Username)),
		up: v.Vote.Type == protocol.VoteUp, stamp: v.Vote.Timestamp, game: v.Game.ID, totals: v.Totals,
	}, nil
}
