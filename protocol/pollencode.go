package protocol

import "strconv"

// AppendPollTallyEvent appends the JSON of a poll.tally event to dst, as json.Marshal of the
// Event would: polls are voted on as fast as games.
func AppendPollTallyEvent(dst []byte, at Timestamp, seq Seq, t *PollTallied) []byte {
	dst = append(dst, `{"type":"poll.tally","timestamp":`...)
	dst = at.AppendJSON(dst)
	dst = append(dst, `,"sessionId":`...)
	dst = strconv.AppendInt(dst, int64(t.SessionID), 10)
	dst = append(dst, `,"seq":`...)
	dst = strconv.AppendUint(dst, uint64(seq), 10)
	dst = append(dst, `,"data":{"sessionId":`...)
	dst = strconv.AppendInt(dst, int64(t.SessionID), 10)
	dst = append(dst, `,"poll":{"id":`...)
	dst = strconv.AppendInt(dst, int64(t.Poll.ID), 10)
	dst = append(dst, `,"candidates":[`...)
	for i, c := range t.Poll.Candidates {
		if i > 0 {
			dst = append(dst, ',')
		}
		dst = append(dst, `{"game_id":`...)
		dst = strconv.AppendInt(dst, int64(c.GameID), 10)
		dst = append(dst, `,"votes":`...)
		dst = strconv.AppendInt(dst, c.Votes, 10)
		dst = append(dst, '}')
	}
	dst = append(dst, `],"total_votes":`...)
	dst = strconv.AppendInt(dst, t.Poll.TotalVotes, 10)
	return append(dst, `}}}`...)
}
