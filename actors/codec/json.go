package codec

import (
	"bytes"
	"encoding/json"
	"errors"
	"io"
)

// ReadJSON wants exactly one JSON value with no field that v does not have: dropping
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
