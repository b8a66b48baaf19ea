package protocol_test

import (
	"encoding/json"
	"strings"
	"testing"
	"time"
	"unicode/utf8"

	"github.com/google/go-cmp/cmp"

	"partyline/protocol"
)

// These fuzz tests check that every accepted input is encoded into something that decodes to the same value.

// rewritten encodes v and decodes the result.
func rewritten[T any](t *testing.T, raw []byte, v T) (written []byte, again T) {
	t.Helper()
	written, err := json.Marshal(v)
	if err != nil {
		t.Fatalf("%s: %v", raw, err)
	}
	if err := json.Unmarshal(written, &again); err != nil {
		t.Fatalf("%s is written as %s: %v", raw, written, err)
	}
	return written, again
}

func FuzzTimestamp(f *testing.F) {
	for _, s := range []string{
		"2024-01-15T12:00:00Z", "2024-01-15T12:00:00.123456789+02:00", "1970-01-01T00:00:00.000Z", "1969-12-31T23:59:59Z", "9999-12-31T23:59:59.999Z",
		"9999-12-31T23:59:59.999-14:00", "2024-01-15T12:00:60Z", "2024-01-15t12:00:00z", "2024-01-15T12:00:00,5Z", "2024-02-30T12:00:00Z", "",
	} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		ts, err := protocol.ParseTimestamp(s)
		var quoted protocol.Timestamp
		if bad := quoted.UnmarshalJSON([]byte(`"` + s + `"`)); (err == nil) != (bad == nil) || quoted != ts {
			t.Fatalf("%q: %d, %v, in quotes %d, %v", s, ts, err, quoted, bad)
		}
		if err != nil {
			return
		}
		if again, err := protocol.ParseTimestamp(ts.String()); err != nil || again != ts {
			t.Fatalf("%q is %s: %d, %v", s, ts, again, err)
		}
		if written, again := rewritten(t, []byte(s), ts); again != ts || string(written) != `"`+ts.String()+`"` {
			t.Fatalf("%q is %s in JSON", s, written)
		}
		if want, err := time.Parse(time.RFC3339Nano, s); err != nil || ts.Time().After(want) || want.Sub(ts.Time()) >= time.Millisecond {
			t.Fatalf("%q is %s", s, ts)
		}
	})
}

func FuzzDuration(f *testing.F) {
	for _, s := range []string{"60", `"90s"`, `"12h"`, `"30d"`, `"1.5h"`, `"-5h"`, "-5", `"-1d"`, `"36500d"`, `"36501d"`, `"2562047h"`, `"d"`, "null", "1e3", `"1500ms"`, "9223372036854775807"} {
		f.Add([]byte(s))
	}
	f.Fuzz(func(t *testing.T, raw []byte) {
		var d protocol.Duration
		if json.Unmarshal(raw, &d) != nil {
			return
		}
		if d < 0 || time.Duration(d) > 100*365*24*time.Hour {
			t.Fatalf("%s is %s", raw, time.Duration(d))
		}
		if written, again := rewritten(t, raw, d); time.Duration(again) != time.Duration(d).Truncate(time.Second) {
			t.Fatalf("%s is %s, written as %s", raw, time.Duration(d), written)
		}
	})
}

func FuzzDevice(f *testing.F) {
	for _, s := range []string{"0123456789abcdef", "0000000000000000", "0123456789ABCDEF", "+123456789abcdef", "0x23456789abcdef", "1_3456789abcdef0", "f"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		if id, ok := protocol.ParseDeviceID(s); ok && (id == 0 || id.String() != s) {
			t.Fatalf("%q is %s", s, id)
		}
	})
}

// FuzzJoinCode: a code has one normal form however it is typed, and that form needs no escape in a
// path.
func FuzzJoinCode(f *testing.F) {
	for _, s := range []string{"QRX7F2", " qrx7f2\n", "qrx7f", "QRX7F21", "qrx-f2", "ＱRX7F2", "ſſſ222"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, typed string) {
		code, ok := protocol.NormalizeJoinCode(typed)
		if !ok {
			return
		}
		again, ok := protocol.NormalizeJoinCode(strings.ToLower(code))
		if !ok || again != code || len(code) != protocol.JoinCodeLength || strings.Trim(code, protocol.JoinAlphabet) != "" {
			t.Fatalf("%q is %q, and that is %q", typed, code, again)
		}
	})
}

// FuzzEventList checks UTF-8 only; other input is refused earlier.
func FuzzEventList(f *testing.F) {
	for _, s := range []string{`["vote.received","*"]`, `[]`, `null`, `{}`, `"*"`, `[5,null,["x"],{"a":"b"}]`, `["\u0000<é"]`} {
		f.Add([]byte(s))
	}
	f.Fuzz(func(t *testing.T, raw []byte) {
		var l protocol.EventList
		if !utf8.Valid(raw) || json.Unmarshal(raw, &l) != nil || !l.IsArray {
			return
		}
		if written, again := rewritten(t, raw, l); cmp.Diff(l, again) != "" {
			t.Fatalf("%s is %+v, written as %s", raw, l, written)
		}
		if c := (protocol.CreateWebhook{Name: "n", URL: "http://a", Secret: "mysecret123", Events: l}); c.Check() != nil && !utf8.ValidString(c.Check().Message) {
			t.Fatalf("%s: %q", raw, c.Check().Message)
		}
	})
}

// FuzzError: an error is decoded from its JSON unchanged, with its details.
func FuzzError(f *testing.F) {
	for _, s := range []string{`{"error":"Session not found","code":"not_found"}`, `{"error":5,"code":null,"activeSessionId":3}`, `{"details":{"a":[1,{}]}}`, `{}`, `null`, `[]`} {
		f.Add([]byte(s))
	}
	f.Fuzz(func(t *testing.T, raw []byte) {
		e := new(protocol.Error)
		if e.UnmarshalJSON(raw) != nil {
			return
		}
		if written, again := rewritten(t, raw, e); cmp.Diff(e, again) != "" {
			t.Fatalf("%s is %+v, written as %s", raw, e, written)
		}
	})
}
