package contract_test

import (
	"context"
	"encoding/json"
	"net/http"
	"net/http/httptest"
	"testing"
	"testing/synctest"
	"time"

	"partyline/actors"
	"partyline/actors/rules/webhook"
	"partyline/gateway"
	"partyline/gateway/contract"
	"partyline/persistence"
	"partyline/persistence/memory"
	"partyline/protocol"
)

// noon is when the story of the examples begins: the time of the reference API's own
// examples. From there the clock goes on only where the story says so.
var noon = time.Date(2024, 1, 15, 12, 0, 0, 0, time.UTC)

// story is the scripted session of the examples: the response of a server to each operation
// becomes the example of that operation in the description and in the reference pages.
type story struct {
	*testServer
	answers map[string]answer // by the name of the example
}

// tell plays the story in a bubble of time, without a network, so that it is the same
// whenever it is told.
func tell(t *testing.T, c *contract.Checker) (answers map[string]answer) {
	t.Helper()
	synctest.Test(t, func(t *testing.T) {
		time.Sleep(time.Until(noon))
		s := &story{testServer: newExampleServer(t, c), answers: map[string]answer{}}
		s.catalogue()
		s.beginning()
		s.playing()
		s.voting()
		s.polling()
		s.delivering()
		s.end()
		answers = s.answers
	})
	return answers
}

// newExampleServer is a testServer that is called without a network.
func newExampleServer(t *testing.T, c *contract.Checker) *testServer {
	t.Helper()
	h := &testServer{t: t, checker: c, url: "http://localhost:5000", journal: memory.New(memory.Options{Epoch: persistence.Epoch{ID: "wq3k5t7m2xz4c6vb"}})}
	engine := h.open(options{
		hub: func(o *actors.Options) {
			o.Sender, o.DrawCode, o.Jitter = receiver{}, func() string { return "QRX7F2" }, func() float64 { return 0.5 }
		},
		gateway: func(o *gateway.Options) { o.CheckURL, o.LANHost = nil, "" },
	})
	t.Cleanup(func() {
		engine.Close()
		h.gateway.Close()
		h.close()
		_ = h.journal.Close()
	})
	h.client = &http.Client{Transport: &contract.Transport{Checker: c, Base: inside{h.gateway.HTTPServer().Handler}, Fault: func(f string) { t.Error(f) }}}
	return h
}

// inside is a transport that calls a handler.
type inside struct{ handler http.Handler }

// RoundTrip implements http.RoundTripper.
func (i inside) RoundTrip(r *http.Request) (*http.Response, error) {
	w := patient{httptest.NewRecorder()}
	served := r.Clone(r.Context())
	served.RemoteAddr, served.RequestURI = "127.0.0.1:50000", r.URL.RequestURI()
	if served.Body == nil {
		served.Body = http.NoBody
	}
	i.handler.ServeHTTP(w, served)
	return w.Result(), nil
}

// patient is a recorder for what is sent under a deadline.
type patient struct{ *httptest.ResponseRecorder }

// SetWriteDeadline is for http.ResponseController.
func (patient) SetWriteDeadline(time.Time) error { return nil }

// receiver is a sender whose endpoints accept everything within 85 ms.
type receiver struct{}

// Deliver implements delivery.Sender.
func (receiver) Deliver(context.Context, webhook.Dispatch) webhook.Attempt {
	at := protocol.TimestampOf(time.Now())
	const took = 85 * time.Millisecond
	time.Sleep(took)
	return webhook.Attempt{At: at, Took: took, Status: http.StatusOK, Excerpt: "ok"}
}

// Forget implements delivery.Sender.
func (receiver) Forget(protocol.WebhookID) {}

// show asks, and keeps the answer as the example of the operation.
func (s *story) show(op string, p params, headers ...string) answer {
	s.t.Helper()
	return s.showAs(op, op, p, headers...)
}

// showAs keeps a further example of an operation under a name.
func (s *story) showAs(name, op string, p params, headers ...string) answer {
	s.t.Helper()
	a := s.do(op, p, headers...)
	if _, twice := s.answers[name]; twice {
		s.t.Fatalf("%s is shown twice", name)
	}
	s.answers[name] = a
	return a
}

// do asks for what must succeed, and waits until nothing moves any more.
func (s *story) do(op string, p params, headers ...string) answer {
	s.t.Helper()
	a := s.ask(op, p, headers...)
	if a.status >= http.StatusMultipleChoices {
		s.t.Fatalf("%s: %d %s", op, a.status, a.body)
	}
	synctest.Wait()
	return a
}

func (s *story) rest(d time.Duration) {
	time.Sleep(d)
	synctest.Wait()
}

// catalogue leaves four games, so that lists are short.
func (s *story) catalogue() {
	s.show("health.get", nil)
	s.show("ready", nil)
	s.token = s.show("auth.login", params{"key": adminKey}).text("token")
	s.show("auth.verify", nil)
	s.do("games.import", params{"mode": "replace", "csvData": "pack_name,title,min_players,max_players\n" +
		"Jackbox Party Pack 7,Quiplash 3,3,8\nJackbox Party Pack 7,Champ'd Up,3,8\nJackbox Party Pack 9,Roomerang,4,9\nStandalone,Quiplash,3,8\n"})
	s.show("games.import", params{"csvData": "title,pack_name,min_players,max_players,length_minutes,price\nChess,House games,2,2,30,free\n"})
	s.show("games.create", params{"pack_name": "House games", "title": "Charades", "min_players": 4, "max_players": 20, "length_minutes": 30, "game_type": "Acting"})
	s.show("games.packs.toggle", params{"name": "House games", "enabled": false})
	s.show("games.packs.favor", params{"name": "Jackbox Party Pack 7", "favor_bias": 1})
	s.show("games.packs", nil)
	s.show("games.favor", params{"id": 31, "favor_bias": 1})
	s.show("games.toggle", params{"id": 74})
	s.show("games.delete", params{"id": 74})
	s.show("games.export", nil)
}

// beginning opens the third session. Everything so far is at noon.
func (s *story) beginning() {
	for id := 1; id <= 2; id++ {
		s.do("sessions.create", nil)
		s.do("sessions.close", params{"id": id})
	}
	s.do("webhooks.create", hook("Discord Bot"))
	s.show("webhooks.list", nil)
	s.show("webhooks.get", params{"id": 1})
	for range 3 {
		s.do("webhooks.create", hook("Discord Bot"))
	}
	s.show("webhooks.create", hook("Discord Bot"))
	for id := 1; id < 5; id++ {
		s.do("webhooks.delete", params{"id": id}) // what is told to one alone is always told in the same order
	}
	s.showAs("sessions.active.none", "sessions.active", nil)
	s.show("sessions.create", params{"notes": "Friday game night"})
	s.show("tokens.create", params{"role": "viewer", "name": "Overlay", "sessionId": 3, "expiresIn": "30d"})
	s.show("tokens.list", nil)
	s.show("qr.make", params{"text": "http://localhost:5000/screen/3"})
	code := s.show("sessions.join.open", params{"id": 3, "policy": "latest"}).text("code")
	s.show("sessions.join.get", params{"id": 3})
	s.show("vote-link", params{"code": code})
	s.guest = s.show("join.enter", params{"code": "qrx7f2", "name": "Ann"}).text("token")
	s.showAs("sessions.poll.get.none", "sessions.poll.get", params{"id": 3})
}

// playing plays two games, five minutes later, and looks at what webhook 5 was told.
func (s *story) playing() {
	s.rest(5 * time.Minute)
	s.do("sessions.games.add", params{"id": 3, "game_id": 70})
	s.rest(20 * time.Minute)
	s.show("sessions.games.add", params{"id": 3, "game_id": 31, "room_code": "ABCD"})
	s.rest(time.Second)
	s.show("webhooks.logs", params{"id": 5, "limit": 1})
	deliveries := s.show("webhooks.deliveries", params{"id": 5, "limit": 1})
	s.show("webhooks.redeliver", params{"id": 5, "deliveryId": firstID(s.t, deliveries)})
	s.show("sessions.games.status", params{"id": 3, "gameId": 30001, "status": "skipped"})
	s.show("sessions.games.room_code", params{"id": 3, "gameId": 30002, "room_code": "WXYZ"})
	s.show("sessions.games.start_player_check", params{"id": 3, "gameId": 30002})
	s.show("sessions.games.stop_player_check", params{"id": 3, "gameId": 30002})
	s.show("sessions.games.player_count", params{"id": 3, "gameId": 30002, "player_count": 6})
	s.show("sessions.games", params{"id": 3})
}

// voting has the crowd say what it thinks.
func (s *story) voting() {
	s.rest(5 * time.Minute)
	vote := func(name, thumb string) params {
		return params{"username": name, "vote": thumb, "timestamp": now()}
	}
	s.do("votes.live", vote("viewer_2", "up"))
	s.show("sessions.export", params{"id": 3, "format": "json"})
	for _, name := range []string{"viewer_3", "viewer_4"} {
		s.do("votes.live", vote(name, "up"))
	}
	s.show("votes.live", vote("viewer_1", "up"))
	s.show("votes.batch", params{"votes": []any{vote("viewer_5", "down"), vote("viewer_1", "up")}})
	s.do("join.vote", params{"vote": "down", "gameId": 30002})
	s.show("join.vote", params{"vote": "up", "gameId": 30002})
	s.show("sessions.chat_import", params{"id": 3, "chatData": []any{
		params{"username": "viewer_6", "message": "thisgame++ was great", "timestamp": now()}, params{"username": "viewer_1", "message": "thisgame++", "timestamp": now()},
		params{"username": "viewer_7", "message": "hello", "timestamp": now()}}})
	s.show("votes.list", params{"session_id": 3, "limit": 2})
	s.show("sessions.votes", params{"id": 3})
	s.showAs("sessions.votes.text", "sessions.votes", params{"id": 3, "format": "text"})
	s.show("sessions.active", nil)
	s.showAs("sessions.active.text", "sessions.active", params{"format": "text"})
	s.show("sessions.get", params{"id": 3})
	s.show("sessions.list", nil)
	s.show("games.get", params{"id": 31})
	s.show("games.list", params{"pack": "Jackbox Party Pack 7"})
	s.show("games.packs.meta", nil)
	s.show("games.pick", params{"playerCount": 6, "drawing": "exclude", "sessionId": 3})
	s.show("games.update", params{"id": 31, "length_minutes": 20, "secondary_type": nil})
	s.show("stats.get", nil)
}

// polling has the crowd decide what is next.
func (s *story) polling() {
	s.rest(time.Minute)
	s.show("sessions.poll.start", params{"id": 3, "game_ids": []int{31, 42}, "seconds": 90})
	s.rest(30 * time.Second)
	s.do("sessions.poll.vote", params{"id": 3, "username": "viewer_2", "choice": 1})
	s.do("sessions.poll.vote", params{"id": 3, "username": "viewer_3", "choice": 2})
	s.show("sessions.poll.vote", params{"id": 3, "username": "viewer_1", "choice": 2, "poll_id": 3001})
	s.rest(30 * time.Second)
	s.show("sessions.poll.get", params{"id": 3})
	s.showAs("sessions.poll.get.text", "sessions.poll.get", params{"id": 3, "format": "text"})
	s.show("sessions.poll.end", params{"id": 3})
	s.show("sessions.poll.add", params{"id": 3})
	s.do("sessions.poll.start", params{"id": 3, "game_ids": []int{31, 70}})
	s.show("sessions.poll.cancel", params{"id": 3})
}

// delivering is what a host does about webhook 5.
func (s *story) delivering() {
	s.rest(time.Minute)
	s.show("webhooks.test", params{"id": 5})
	s.rest(time.Second)
	s.show("webhooks.replay", params{"id": 5, "since": "2024-01-15T12:30:00Z"})
	s.show("webhooks.replay.stop", params{"id": 5})
	s.show("webhooks.health", params{"id": 5})
	s.show("webhooks.update", params{"id": 5, "name": "Discord Bot Updated", "url": "https://example.com/webhook-v2", "enabled": true})
	s.show("webhooks.rotate", params{"id": 5, "secret": "mysecret456", "overlap": "12h"})
	s.show("webhooks.delete", params{"id": 5})
}

// end closes the session and clears up.
func (s *story) end() {
	s.rest(time.Hour)
	s.show("sessions.games.remove", params{"id": 3, "gameId": 30001})
	list := s.show("sessions.join.addresses", params{"id": 3})
	s.show("sessions.join.void", params{"id": 3, "address": firstAddress(s.t, list)})
	s.show("sessions.join.close", params{"id": 3})
	s.show("sessions.close", params{"id": 3, "notes": "Everybody wants more Quiplash"})
	s.showAs("sessions.export.text", "sessions.export", params{"id": 3})
	s.show("sessions.delete", params{"id": 2})
	s.show("tokens.revoke", params{"id": 1})
}

func firstAddress(t *testing.T, a answer) string {
	t.Helper()
	var list protocol.GuestAddresses
	if err := json.Unmarshal(a.body, &list); err != nil || len(list.Addresses) == 0 {
		t.Fatalf("%s: %v", a.body, err)
	}
	return list.Addresses[0].ID
}

func firstID(t *testing.T, a answer) int {
	t.Helper()
	var rows []struct{ ID int }
	if err := json.Unmarshal(a.body, &rows); err != nil || len(rows) == 0 {
		t.Fatalf("%s: %v", a.body, err)
	}
	return rows[0].ID
}
