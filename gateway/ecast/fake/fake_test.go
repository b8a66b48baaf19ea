package fake_test

import (
	"context"
	"encoding/json"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/coder/websocket"

	"partyline/gateway/ecast/fake"
)

// desk is a service with one room, over real sockets.
type desk struct {
	t       *testing.T
	service *fake.Service
	room    *fake.Room
	url     string
}

func newDesk(t *testing.T) *desk {
	t.Helper()
	s := fake.New()
	server := httptest.NewServer(s)
	t.Cleanup(server.Close)
	return &desk{t, s, s.Open("QUIP"), server.URL}
}

func (d *desk) get(path, agent string) (status int, body string) {
	d.t.Helper()
	req, err := http.NewRequestWithContext(d.t.Context(), http.MethodGet, d.url+"/api/v2"+path, http.NoBody)
	if err != nil {
		d.t.Fatal(err)
	}
	req.Header.Set("User-Agent", agent)
	res, err := http.DefaultClient.Do(req)
	if err != nil {
		d.t.Fatal(err)
	}
	defer res.Body.Close()
	text, err := io.ReadAll(res.Body)
	if err != nil {
		d.t.Fatal(err)
	}
	return res.StatusCode, string(text)
}

const browser = "Mozilla/5.0"

// said is a frame.
type said struct {
	Opcode string
	Result map[string]any
}

// sit opens a WebSocket and reads the first frame.
func (d *desk) sit(query string) (*websocket.Conn, said) {
	d.t.Helper()
	conn, _, err := websocket.Dial(d.t.Context(), d.url+"/api/v2/rooms/QUIP/play?format=json&name=N&user-id=u&"+query, &websocket.DialOptions{
		HTTPHeader: http.Header{"User-Agent": {browser}}, Subprotocols: []string{"ecast-v0"}})
	if err != nil {
		d.t.Fatal(err)
	}
	d.t.Cleanup(func() { _ = conn.CloseNow() })
	return conn, d.hear(conn)
}

func (d *desk) hear(conn *websocket.Conn) (f said) {
	d.t.Helper()
	ctx, cancel := context.WithTimeout(d.t.Context(), 10*time.Second)
	defer cancel()
	_, text, err := conn.Read(ctx)
	if err != nil {
		d.t.Fatal(err)
	}
	if err := json.Unmarshal(text, &f); err != nil {
		d.t.Fatal(err)
	}
	return f
}

func TestTheDirectoryHasSixteenFields(t *testing.T) {
	d := newDesk(t)
	status, text := d.get("/rooms/QUIP", browser)
	var answer struct {
		OK   bool
		Body map[string]any
	}
	if err := json.Unmarshal([]byte(text), &answer); err != nil || status != 200 || !answer.OK || len(answer.Body) != 16 {
		t.Errorf("%d %s: %d fields", status, text, len(answer.Body))
	}
	if status, _ := d.get("/rooms/NONE", browser); status != 404 {
		t.Errorf("a room that is none: %d", status)
	}
	if status, text := d.get("/rooms/QUIP", "Go-http-client/1.1"); status != 403 || text != "" {
		t.Errorf("what is no browser: %d %q", status, text)
	}
}

func TestSeatsAreNeverGivenBack(t *testing.T) {
	d := newDesk(t)
	d.room.Leave(d.room.Join("ann"))
	d.room.Join("ben")
	if _, text := d.get("/rooms/QUIP/connections", browser); !strings.Contains(text, `"connections":3`) {
		t.Error(text)
	}
	conn, f := d.sit("role=player")
	if here := f.Result["here"].(map[string]any); f.Opcode != "client/welcome" || len(here) != 4 {
		t.Errorf("%+v", f)
	}
	_ = conn.CloseNow()
	if _, text := d.get("/rooms/QUIP/connections", browser); !strings.Contains(text, `"connections":4`) {
		t.Error(text)
	}
}

func TestWhatIsEnforced(t *testing.T) {
	d := newDesk(t)
	for query, code := range map[string]float64{"role=ghost": fake.NoRole, "": fake.NoRole, "role=shard&id=1&secret=guessed": fake.NoAccess} {
		_, f := d.sit(query)
		if f.Opcode != "error" || f.Result["code"] != code {
			t.Errorf("%q: %+v", query, f)
		}
	}
	for name, h := range map[string]http.Header{"no browser": {}, "no protocol": {"User-Agent": {browser}}} {
		if conn, _, err := websocket.Dial(t.Context(), d.url+"/api/v2/rooms/QUIP/play?role=shard", &websocket.DialOptions{HTTPHeader: h}); err == nil {
			_ = conn.CloseNow()
			t.Errorf("%s: let in", name)
		}
	}
	d.room.Exit()
	if _, f := d.sit("role=shard"); f.Result["code"] != float64(fake.Ended) {
		t.Errorf("after the end: %+v", f)
	}
}

func TestAnObserverTakesNoSeatAndComesBack(t *testing.T) {
	d := newDesk(t)
	conn, f := d.sit("role=shard")
	id, secret := f.Result["id"], f.Result["secret"].(string)
	d.room.Join("ann")
	if f := d.hear(conn); f.Opcode != "client/connected" || f.Result["role"] != "player" {
		t.Errorf("%+v", f)
	}
	d.room.Drop()
	if _, _, err := conn.Read(t.Context()); websocket.CloseStatus(err) != -1 {
		t.Errorf("dropped with %v", err)
	}
	number, err := json.Marshal(id)
	if err != nil {
		t.Fatal(err)
	}
	if _, f := d.sit("role=shard&id=" + string(number) + "&secret=" + secret); f.Result["id"] != id || f.Result["reconnect"] != true {
		t.Errorf("came back as %+v, was %v", f.Result, id)
	}
	if _, text := d.get("/rooms/QUIP/connections", browser); !strings.Contains(text, `"connections":2`) {
		t.Error(text)
	}
}
