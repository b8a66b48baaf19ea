package api

import (
	"bytes"
	"encoding/json"
	"net/url"
	"testing"
	"unicode/utf8"

	"github.com/google/go-cmp/cmp"

	"partyline/gateway/decode"
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
		asked[protocol.WebhookLogFilter](t, values)
		asked[protocol.DeliveryFilter](t, values)
		asked[protocol.ExportSession](t, values)
		asked[protocol.ImportGames](t, values)
		asked[byID[protocol.SessionID]](t, values)
	})
}

func asked[Q any](t *testing.T, values url.Values) {
	t.Helper()
	var q, framed Q
	s := decode.ParamsOf[Q]()
	at := &Endpoint{}
	if err := (&Request{Endpoint: at, Query: values}).decode(&q, s); err != nil {
		told(t, values.Encode(), err)
		return
	}
	raw, err := json.Marshal(q)
	if err != nil {
		t.Fatal(err)
	}
	if err := (&Request{Endpoint: at, Raw: raw}).decode(&framed, s); err != nil || cmp.Diff(q, framed) != "" {
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

// FuzzPathOverridesBody: a body may name what stands in the path, of whatever type; it
// counts for nothing, and the rest of the body is read as if it were not there.
func FuzzPathOverridesBody(f *testing.F) {
	for _, s := range []string{`{"id":"x","notes":"a"}`, "\n{\"id\":\"x\"} ", `{"ID":[{}],"Notes":"a","notes":"b"}`, `{"notes":"a","Notes":"b"}`, `{"notes":5}`, `{"\u0069d":7}`, `[]`, `{"id":1`, ``, `{"id":1}{}`, `{"ıd":1,"notes":null}`} {
		f.Add([]byte(s))
	}
	at := &Endpoint{params: []string{"id"}}
	s := decode.ParamsOf[protocol.CloseSession]()
	f.Fuzz(func(t *testing.T, raw []byte) {
		var c protocol.CloseSession
		before := bytes.Clone(raw)
		err := (&Request{Endpoint: at, Raw: raw, Path: alwaysThree{}}).decode(&c, s)
		if !bytes.Equal(raw, before) {
			t.Fatal("the body was written to")
		}
		var rest struct {
			Notes *string `json:"notes"`
		}
		if wrong := decode.Object(raw, &rest); (wrong == nil) != (err == nil) {
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

// alwaysThree is a path whose parameters are all 3.
type alwaysThree struct{}

func (alwaysThree) PathValue(string) string { return "3" }
