package codec

import (
	"encoding/binary"
	"math"
	"testing"
)

func TestReaderReadsWhatWasWritten(t *testing.T) {
	b := binary.AppendUvarint(nil, math.MaxUint64)
	b = binary.AppendUvarint(b, 7)
	b = binary.AppendVarint(b, -3)
	b = append(b, 1, 0xff, 2, 'o', 'k')
	r := Reader{Rest: b}
	if a, b, c, d, e, f := r.Uvarint(), r.ID(), r.Varint(), r.Bool(), r.Byte(), string(r.Bytes(2)); a != math.MaxUint64 || b != 7 || c != -3 || !d || e != 0xff || f != "ok" || !r.Done() {
		t.Error(a, b, c, d, e, f, r)
	}
}

func TestReaderRefuses(t *testing.T) {
	for name, read := range map[string]func(r *Reader){
		"a number above most": func(r *Reader) { r.UvarintAtMost(4) },
		"a flag of five":      func(r *Reader) { r.Bool() },
		"missing bytes":       func(r *Reader) { r.Take(3) },
		"a negative length":   func(r *Reader) { r.Take(-1) },
		"a length above most": func(r *Reader) { r.Bytes(4) },
		"a length of too few": func(r *Reader) { r.Bytes(9) },
		"one byte too many":   func(r *Reader) { r.Take(2); r.Byte() },
		"after a failure": func(r *Reader) {
			r.Fail()
			if r.Uvarint() != 0 || r.Varint() != 0 || r.Byte() != 0 || r.Take(1) != nil {
				t.Error("a failed reader reads on")
			}
		},
	} {
		r := Reader{Rest: []byte{5, 1}}
		if read(&r); !r.Failed || r.Done() {
			t.Errorf("%s: %+v", name, r)
		}
	}
	if r := (Reader{Rest: []byte{5, 1}}); r.Byte() != 5 || r.Failed || r.Done() {
		t.Errorf("one is left: %+v", r)
	}
}

func TestReadJSONIsStrict(t *testing.T) {
	var v struct {
		N int `json:"n"`
	}
	if err := ReadJSON([]byte(` {"n":1} `), &v); err != nil || v.N != 1 {
		t.Error(err, v)
	}
	for _, b := range []string{``, `{`, `{"n":1}{}`, `{"n":1,"m":2}`, `{"n":"1"}`, `{"n":1}x`} {
		if ReadJSON([]byte(b), &v) == nil {
			t.Errorf("%q was read", b)
		}
	}
}
