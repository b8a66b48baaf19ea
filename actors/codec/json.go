package codec

import (
	"bytes"
	"encoding/json"
	"errors"
	"io"
)

// AppendJSON appends the JSON of a fact or snapshot to dst. It panics when there is none:
// facts and snapshots are structs of plain values, which always have one.
func AppendJSON(dst []byte, v any) []byte {
	b, err := json.Marshal(v)
	if err != nil {
		panic("codec: " + err.Error())
	}
	return append(dst, b...)
}

// ReadJSON decodes exactly one JSON value without fields that v does not have: dropping
// what a newer version wrote would lose a part of the log in silence.
func ReadJSON(b []byte, v any) error {
	d := json.NewDecoder(bytes.NewReader(b))
	d.DisallowUnknownFields()
	if err := d.Decode(v); err != nil {
		return err
	}
	if _, err := d.Token(); err != io.EOF {
		return errors.New("more than one value")
	}
	return nil
}
