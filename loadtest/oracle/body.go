package oracle

import (
	"strconv"

	"partyline/protocol"
)

// AppendVote appends the body of votes.live to dst.
func AppendVote(dst []byte, session protocol.SessionID, v Vote) []byte {
	dst = strconv.AppendInt(append(dst, `{"sessionId":`...), int64(session), 10)
	dst = v.Number.AppendUsername(append(dst, `,"username":"`...))
	if v.Up {
		dst = append(dst, `","vote":"up","timestamp":`...)
	} else {
		dst = append(dst, `","vote":"down","timestamp":`...)
	}
	return append(v.Stamp.AppendJSON(dst), '}')
}

// AppendRequest appends a request for votes.live over WebSocket: its id is the vote's number.
func AppendRequest(dst []byte, session protocol.SessionID, v Vote) []byte {
	dst = strconv.AppendInt(append(dst, `{"type":"request","id":"`...), int64(v.Number), 10)
	dst = append(dst, `","op":"votes.live","data":`...)
	return append(AppendVote(dst, session, v), '}')
}

// AppendBatch appends the body of votes.batch.
func AppendBatch(dst []byte, sessions []protocol.SessionID, votes []Vote) []byte {
	dst = append(dst, `{"votes":[`...)
	for i, v := range votes {
		if i > 0 {
			dst = append(dst, ',')
		}
		dst = AppendVote(dst, sessions[v.Session], v)
	}
	return append(dst, `]}`...)
}

// Command is the vote as votes.live takes it.
func (v Vote) Command(session protocol.SessionID) protocol.CastVote {
	kind := protocol.VoteDown
	if v.Up {
		kind = protocol.VoteUp
	}
	return protocol.CastVote{SessionID: session, Username: v.Number.Username(), Vote: kind, Timestamp: v.Stamp.VoteTimestamp()}
}
