package released_test

import (
	"encoding/json"
	"testing"

	"partyline/cmd/dev/released"
)

func TestAnswersMayGainFieldsAndNotLoseAny(t *testing.T) {
	for _, tt := range []struct {
		was, is string
		status  int
		lacks   string
	}{
		{`{"a":1,"b":[{"c":"x"}]}`, `{"a":1,"b":[{"c":"x","new":true}],"more":null}`, 200, ""},
		{`{"a":null}`, `{}`, 200, ""},
		{`{"a":1}`, `{"a":2}`, 200, ".a is 2, was 1"},
		{`{"a":1}`, `{"b":1}`, 200, ".a is <nil>, was 1"},
		{`{"a":[1,2]}`, `{"a":[1]}`, 200, ".a is [1], was a list of 2"},
		{`{"a":[1,2]}`, `{"a":[1,3]}`, 200, ".a[1] is 3, was 2"},
		{`{"a":{}}`, `{"a":[]}`, 200, ".a is [], was an object"},
		{`{}`, `{}`, 500, "status 500, was 200: {}"},
		{`{}`, `<p>`, 200, "not JSON: invalid character '<' looking for beginning of value"},
	} {
		a := released.Answer{Status: 200, Body: json.RawMessage(tt.was)}
		if got := a.Missing(tt.status, []byte(tt.is)); got != tt.lacks {
			t.Errorf("%s, then %s: %q, want %q", tt.was, tt.is, got, tt.lacks)
		}
	}
}
