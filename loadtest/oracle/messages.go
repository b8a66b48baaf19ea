package oracle

import (
	"bytes"
	"encoding/json"
	"strconv"

	"partyline/protocol"
)

// Response is the answer to a request frame. Data points into the message.
type Response struct {
	ID     int
	Status int
	Data   []byte
}

// ReadResponse reads a message of type response: without decoding when it is laid out as
// protocol.Response is, else as JSON. ok is false for any other message.
func ReadResponse(message []byte) (r Response, ok bool) {
	rest, ok := bytes.CutPrefix(message, []byte(`{"type":"response","id":"`))
	id, rest, ok2 := bytes.Cut(rest, []byte(`","status":`))
	status, data, ok3 := bytes.Cut(rest, []byte(`,"data":`))
	if ok && ok2 && ok3 && len(id) < 20 && len(status) == 3 {
		var err, err2 error
		r.ID, err = strconv.Atoi(string(id))
		r.Status, err2 = strconv.Atoi(string(status))
		r.Data = data[:len(data)-1]
		if err == nil && err2 == nil {
			return r, true
		}
	}
	return decodeResponse(message)
}

func decodeResponse(message []byte) (r Response, ok bool) {
	var m struct {
		Type   string          `json:"type"`
		ID     string          `json:"id"`
		Status int             `json:"status"`
		Data   json.RawMessage `json:"data"`
	}
	if json.Unmarshal(message, &m) != nil || m.Type != protocol.MessageResponse {
		return r, false
	}
	id, err := strconv.Atoi(m.ID)
	return Response{ID: id, Status: m.Status, Data: m.Data}, err == nil
}

// Judge returns what an answer means for its vote, and the kind of an error, "" for none. After
// 200 the vote is acknowledged, after a refusal it is not recorded; after a timeout or a failing
// disk its outcome is unknown.
func Judge(status int, answer []byte) (o Outcome, kind string) {
	if status == 200 {
		return Acknowledged, ""
	}
	var e protocol.Error
	_ = json.Unmarshal(answer, &e)
	kind = strconv.Itoa(status) + " " + string(e.Code)
	switch e.Code {
	case protocol.CodeStorage, protocol.CodeTimeout, protocol.CodeInternal, "":
		return Unknown, kind
	}
	return Refused, kind
}

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
