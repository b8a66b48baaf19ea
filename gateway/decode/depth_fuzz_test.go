package decode

import (
	"bytes"
	"encoding/json"
	"testing"
)

// FuzzDepth: the nesting is counted without reading, and never too low.
func FuzzDepth(f *testing.F) {
	for _, s := range []string{`{}`, `{"a":[[{}]]}`, `{"a":"[[\"[["}`, `{"\\":[]}`, `[[[`, `"\\"[`} {
		f.Add([]byte(s))
	}
	f.Fuzz(func(t *testing.T, raw []byte) {
		if !json.Valid(raw) {
			Depth(raw)
			return
		}
		deepest, level := 0, 0
		for d := json.NewDecoder(bytes.NewReader(raw)); ; {
			token, err := d.Token()
			if err != nil {
				break
			}
			switch token {
			case json.Delim('{'), json.Delim('['):
				level++
				deepest = max(deepest, level)
			case json.Delim('}'), json.Delim(']'):
				level--
			}
		}
		if got := Depth(raw); got != deepest {
			t.Fatalf("%q is %d deep, want %d", raw, got, deepest)
		}
	})
}
