package ws

import (
	"encoding/json"
	"strconv"

	"partyline/gateway/api"
	"partyline/gateway/decode"
	"partyline/protocol"
)

// message is protocol.ClientMessage as it is read: the id of a request may be a whole
// number too, and is sent back as text.
type message struct {
	Type      string             `json:"type"`
	Token     string             `json:"token"`
	SessionID protocol.SessionID `json:"sessionId"`
	Since     *protocol.Seq      `json:"since"`
	Epoch     protocol.Epoch     `json:"epoch"`
	Snapshot  bool               `json:"snapshot"`
	Mode      protocol.Mode      `json:"mode"`
	ID        frameID            `json:"id"`
	Op        string             `json:"op"`
	Key       string             `json:"key"`
	Data      json.RawMessage    `json:"data"`
}

// maxFrameID bounds a request's id in bytes: a UUID with a prefix.
const maxFrameID = 64

// frameID is how a client names its request; empty when it is no valid name.
type frameID string

// UnmarshalJSON implements json.Unmarshaler. It never fails: an error here would end
// the decoding, and the answer is to say which type of message had the bad id.
func (id *frameID) UnmarshalJSON(b []byte) error {
	var text string
	if json.Unmarshal(b, &text) != nil {
		if _, err := strconv.ParseInt(string(b), 10, 64); err == nil {
			text = string(b)
		}
	}
	*id = frameID(text)
	if len(text) > maxFrameID {
		*id = ""
	}
	return nil
}

func errFrameID() *protocol.Error {
	return protocol.Invalid("id must be a string of 1 to %d bytes or a whole number", maxFrameID)
}

// read decodes a message into m. With an error, the fields that fit are set all the same, so
// that the answer can say which request it is for.
func (m *message) read(raw []byte) *protocol.Error {
	*m = message{}
	if fastRequest(raw, m) {
		return nil
	}
	*m = message{}
	return decode.Object(raw, m)
}

// appendResponse appends the JSON of a protocol.Response.
func appendResponse(dst []byte, id frameID, rep api.Response) ([]byte, error) {
	dst = append(dst, `{"type":"response","id":`...)
	dst = protocol.AppendString(dst, string(id))
	dst = append(dst, `,"status":`...)
	dst = strconv.AppendInt(dst, int64(rep.Status), 10)
	dst = append(dst, `,"data":`...)
	dst, err := api.AppendJSON(dst, rep.Body)
	if rep.Page != nil && err == nil {
		dst = append(dst, `,"page":`...)
		dst, err = api.AppendJSON(dst, rep.Page)
	}
	return append(dst, '}'), err
}
