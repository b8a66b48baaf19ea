package api

import (
	"bytes"
	"encoding/json"
	"reflect"

	"partyline/protocol"
)

// Response is a handler's answer, by REST or by WebSocket.
type Response struct {
	Status int
	// body is a resource of protocol, or json.RawMessage as it was stored.
	Body any
	// Text is the answer in plain text for chat bots, empty when the operation has none
	// or none was requested with ?format=text.
	Text string
	// File is the answer when it is a file, instead of a body.
	File *File
	// Page says where the rows of the body stand in their list, nil when it is no list.
	Page *protocol.PageInfo
	// Links are the values of the header Link, empty for none and by WebSocket.
	Links []string
	// Replayed says that this is the stored first answer to an idempotency key.
	Replayed bool
}

// AppendJSON appends v as JSON; a list is never null. The answer to a vote, of which
// there are very many, is appended without reflection.
func AppendJSON(dst []byte, v any) ([]byte, error) {
	switch v := v.(type) {
	case *protocol.VoteAccepted:
		return protocol.AppendVoteAccepted(dst, v), nil
	case json.RawMessage:
		return append(dst, v...), nil
	}
	if list := reflect.ValueOf(v); list.Kind() == reflect.Slice && list.IsNil() {
		return append(dst, "[]"...), nil
	}
	buf := bytes.NewBuffer(dst)
	if err := json.NewEncoder(buf).Encode(v); err != nil {
		return dst, err
	}
	return bytes.TrimSuffix(buf.Bytes(), []byte{'\n'}), nil
}

// Media types of answers, as header values; net/http does not write to them.
var (
	TypeJSON = []string{"application/json; charset=utf-8"}
	TypeText = []string{"text/plain; charset=utf-8"}
	typeCSV  = []string{"text/csv; charset=utf-8"}
)
