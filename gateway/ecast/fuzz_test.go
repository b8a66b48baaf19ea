package ecast

import (
	"encoding/json"
	"fmt"
	"net/url"
	"strings"
	"testing"

	"partyline/actors/rules/session"
	"partyline/protocol"
)

// FuzzRoom: whatever a room says, the view of it is one that a session takes. It looks
// in because a connection for each would be slow.
func FuzzRoom(f *testing.F) {
	f.Add(`{"id":7,"secret":"s","here":{"1":{"id":1,"roles":{"host":{}}},"2":{"id":2,"roles":{"player":{"name":"ann"}}}},"entities":{"room":["object",{"key":"room","val":{"state":"Lobby"}},{"locked":false}]}}`,
		"client/connected", `{"id":3,"userId":"u","name":"ben","role":"player"}`)
	f.Add(`{"here":{"":{"roles":{"player":0}},"x":[]},"entities":{"bc:room":["text",{"val":"{\"state\":\"Gameplay\"}"}],"room":[]}}`, "text", `{"key":"bc:room","val":"{\"gameFinished\":true}"}`)
	f.Add(`null`, "room/lock", `{}`)
	f.Add(`{"entities":{"room":["object",{"val":"\"\\\"{}\\\"\""}]}}`, "object", `{"key":"room","val":[[[[]]]]}`)
	f.Fuzz(func(t *testing.T, greeting, opcode, result string) {
		v := newView()
		var w welcome
		if json.Unmarshal([]byte(greeting), &w) == nil {
			v.applyWelcome(&w)
		}
		before := len(v.players)
		_ = v.applyFrame(frame{Opcode: opcode, Result: json.RawMessage(result)})
		s := v.observation()
		if err := (session.ObservePlayers{ID: 1, GameID: 10001, Observation: s}).Check(); err != nil {
			t.Fatalf("%+v: %v", s, err)
		}
		if len(v.players) < before || len(v.players) > protocol.MaxPlayers {
			t.Fatalf("%d players after %d", len(v.players), before)
		}
	})
}

// FuzzAnswer: whatever the directory answers, what is made of it can be a URL's host.
func FuzzAnswer(f *testing.F) {
	f.Add(200, `{"ok":true,"body":{"code":"QUIP","host":"ecast.test:80","locked":false,"maxPlayers":8}}`)
	f.Add(404, `{"ok":false,"error":"no such room"}`)
	f.Add(403, ``)
	f.Add(200, `{"ok":true,"body":{"host":"a b/../?@"}}`)
	f.Add(200, `{"ok":true,"body":null}`)
	c, err := New(Options{})
	if err != nil {
		f.Fatal(err)
	}
	f.Fuzz(func(t *testing.T, status int, text string) {
		var body struct {
			Host string `json:"host"`
		}
		if decodeResponse(status, []byte(text), &body) != nil || !validHost(body.Host) {
			return
		}
		u := c.playURL(credentials{host: body.Host, code: "QUIP", user: "u", id: "1", secret: "s"})
		if err := sameHost(u, body.Host); err != nil {
			t.Fatalf("%q: %v", u, err)
		}
	})
}

// sameHost wants a URL that, if it is one, leads to the host and to the path of rooms.
func sameHost(address, host string) error {
	u, err := url.Parse(address)
	if err != nil {
		return nil // it is refused when it is dialled
	}
	if !strings.EqualFold(u.Host, host) || u.User != nil || u.Path != "/api/v2/rooms/QUIP/play" || u.Fragment != "" {
		return fmt.Errorf("leads to %q %q", u.Host, u.Path)
	}
	return nil
}
