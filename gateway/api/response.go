package api

import (
	"bytes"
	"encoding/json"
	"reflect"

	"partyline/protocol"
)

// reply is a handler's answer, whichever way it leaves.
type Response struct {
	Status int
	// body is a resource of protocol, or json.RawMessage as it was stored.
	Body any
	// line is the answer in plain text for chat bots, empty when the operation has
	// none or none was asked for with ?format=text.
	Text string
	// file is the answer that is kept as a file, instead of a body.
	File *File
	// replayed says that it is the stored first answer to an idempotency key.
	Replayed bool
}

// appendJSON appends v; a list is never null. The answer to a vote, of which there are very many, is
// appended without reflection.
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
