package gateway

import (
	"bytes"
	"encoding/json"
	"net/url"
	"testing"
	"unicode/utf8"

	"github.com/google/go-cmp/cmp"

	"partyline/protocol"
)

// FuzzQuery: what is asked for in a query is what the same words mean in a request
// frame; what is refused gets a sentence.
func FuzzQuery(f *testing.F) {
	for _, s := range []string{
		"page=2&limit=100&session_id=3&username=Zo%C3%AB&vote_type=up", "page=0", "page=9223372036854775808", "limit=+5", "limit=-1", "playerCount=8&enabled=true&familyFriendly=false",
		"enabled=1", "pack=%ff", "pack=a&pack=b", "pack=a&pack=", "deliveryId=7&status=dead", "format=text", "csvData=x&mode=replace", "id=3;limit=4", "%zz=1", "PAGE=1", "id=0",
	} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, query string) {
		values, _ := url.ParseQuery(query) // as URL.Query does, what fits counts
		asked[protocol.VoteFilter](t, values)
		asked[protocol.GameFilter](t, values)
		asked[protocol.LogFilter](t, values)
		asked[protocol.DeliveryFilter](t, values)
		asked[protocol.ExportSession](t, values)
		asked[protocol.ImportGames](t, values)
		asked[byID[protocol.SessionID]](t, values)
	})
}

func asked[Q any](t *testing.T, values url.Values) {
	t.Helper()
	var q, framed Q
	s := paramsOf[Q]()
	at := &endpoint{}
	if err := (&request{endpoint: at, query: values}).decode(&q, s); err != nil {
		told(t, values.Encode(), err)
		return
	}
	raw, err := json.Marshal(q)
	if err != nil {
		t.Fatal(err)
	}
	if err := (&request{endpoint: at, raw: raw}).decode(&framed, s); err != nil || cmp.Diff(q, framed) != "" {
		t.Fatalf("%s is %s in a frame: %v\n%s", values.Encode(), raw, err, cmp.Diff(q, framed))
	}
	if c, ok := any(&q).(checkedQuery); ok {
		if err := c.Check(); err != nil {
			told(t, values.Encode(), err)
		}
	}
}

// told wants a sentence for a client's mistake, or for an id that is no webhook's.
func told(t *testing.T, what string, err *protocol.Error) {
	t.Helper()
	if err.Message == "" || !utf8.ValidString(err.Message) || err.Code.Meaning().Status != 400 && err.Code != protocol.CodeNotFound {
		t.Fatalf("%q: %v", what, err)
	}
}

// FuzzPathBeatsBody: a body may name what stands in the path, of whatever type; it
// counts for nothing, and the rest of the body is read as if it were not there.
func FuzzPathBeatsBody(f *testing.F) {
	for _, s := range []string{`{"id":"x","notes":"a"}`, "\n{\"id\":\"x\"} ", `{"ID":[{}],"Notes":"a","notes":"b"}`, `{"notes":"a","Notes":"b"}`, `{"notes":5}`, `{"\u0069d":7}`, `[]`, `{"id":1`, ``, `{"id":1}{}`, `{"ıd":1,"notes":null}`} {
		f.Add([]byte(s))
	}
	at := &endpoint{params: []string{"id"}}
	s := paramsOf[protocol.CloseSession]()
	f.Fuzz(func(t *testing.T, raw []byte) {
		var c protocol.CloseSession
		before := bytes.Clone(raw)
		err := (&request{endpoint: at, raw: raw, pathValue: func(string) string { return "3" }}).decode(&c, s)
		if !bytes.Equal(raw, before) {
			t.Fatal("the body was written to")
		}
		var rest struct {
			Notes *string `json:"notes"`
		}
		if wrong := decode(raw, &rest); (wrong == nil) != (err == nil) {
			t.Fatalf("%q: %v, without the path %v", raw, err, wrong)
		}
		if err != nil {
			told(t, string(raw), err)
			return
		}
		if c.ID != 3 || cmp.Diff(c.Notes, rest.Notes) != "" {
			t.Fatalf("%q is %+v %s", raw, c, cmp.Diff(c.Notes, rest.Notes))
		}
	})
}

// FuzzReadMessage: the short way of votes and the long way of all other messages read
// the same, down to the vote; and the answer goes under the id that was sent.
func FuzzReadMessage(f *testing.F) {
	for _, s := range []string{
		`{"type":"request","id":"7","op":"votes.live","data":{"username":"ann","vote":"up","timestamp":"2024-01-15T12:00:00Z"}}`,
		`{"type":"request","id":7,"op":"votes.live","data":{"username":"\u0061nn"}}`, `{"type":"request","id":"\u2028","op":"votes.live","data":{"x":[}]}}`,
		`{"type":"subscribe","sessionId":3,"since":0,"mode":"tally"}`, `{"type":"auth","token":"a.b.c"}`, `{"type":"request","id":{},"op":"stats.get"}`,
		`{"type":"request","id":"1","op":"votes.live","data":{},"data":{"vote":"down"}}`, `{"type":"request","id":"1","op":"votes.live","data":{,}}`, `null`, `[]`, `{"since":-1}`,
	} {
		f.Add([]byte(s))
	}
	f.Fuzz(func(t *testing.T, raw []byte) {
		m, err := readMessage(raw)
		long := new(message)
		if refused := decode(raw, long); refused != nil {
			if _, bad := readVote(&request{endpoint: &endpoint{}, raw: m.Data}); err == nil && bad == nil {
				t.Fatalf("%q is read as a vote, the long way says %v", raw, refused)
			}
		} else if d := cmp.Diff(long, m); d != "" || err != nil {
			t.Fatalf("%q: %v (-long +short):\n%s", raw, err, d)
		}
		if err != nil {
			told(t, string(raw), err)
		}
		if len(m.ID) > maxFrameID {
			t.Fatalf("an id of %d bytes", len(m.ID))
		}
		sameVote(t, m)
		answered(t, m.ID)
	})
}

func sameVote(t *testing.T, m *message) {
	t.Helper()
	var short, long protocol.CastVote
	if !fastVote(m.Data, &short) {
		return
	}
	if err := decode(m.Data, &long); err != nil || cmp.Diff(long, short) != "" {
		t.Fatalf("%q: %v (-long +short):\n%s", m.Data, err, cmp.Diff(long, short))
	}
}

func answered(t *testing.T, id frameID) {
	t.Helper()
	b, err := appendResponse(nil, id, response{status: 200, body: struct{}{}})
	var r protocol.Response
	if err != nil || json.Unmarshal(b, &r) != nil || utf8.ValidString(string(id)) && r.ID != string(id) {
		t.Fatalf("%q is answered by %q, %v", id, b, err)
	}
}

// FuzzDepth: the nesting is counted without reading, and never too low.
func FuzzDepth(f *testing.F) {
	for _, s := range []string{`{}`, `{"a":[[{}]]}`, `{"a":"[[\"[["}`, `{"\\":[]}`, `[[[`, `"\\"[`} {
		f.Add([]byte(s))
	}
	f.Fuzz(func(t *testing.T, raw []byte) {
		if !json.Valid(raw) {
			depth(raw)
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
		if got := depth(raw); got != deepest {
			t.Fatalf("%q is %d deep, want %d", raw, got, deepest)
		}
	})
}
