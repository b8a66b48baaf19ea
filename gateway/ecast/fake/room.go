package fake

import "encoding/json"

// Room is a room whose host and players a test controls. Methods may be called from any
// goroutine; they return when all listeners have been sent the frames that result.
type Room struct {
	service   *Service
	code      string
	seats     []seat // the host's first; a seat is never freed
	entities  map[string]any
	secrets   map[int]string // of all connections there ever were, by id
	listeners map[*listener]struct{}
	sequence  int // numbers the frames

	host          string
	maxPlayers    int
	locked        bool
	silent        bool
	refusal       int
	ignoreSockets bool
}

// seat is a seat that was taken.
type seat struct {
	ID   int
	Role string
	Name string
}

// Silent makes the game not report who joins and leaves.
func (r *Room) Silent() *Room {
	defer r.lock()()
	r.silent = true
	return r
}

// Host sets the host of the WebSockets, by default the host of the REST request.
func (r *Room) Host(host string) *Room {
	defer r.lock()()
	r.host = host
	return r
}

// Most is how many may play, 8 by default.
func (r *Room) Most(n int) *Room {
	defer r.lock()()
	r.maxPlayers = n
	return r
}

// Refuse answers WebSockets with an error instead of a welcome, until 0.
func (r *Room) Refuse(code int) {
	defer r.lock()()
	r.refusal = code
}

// Deaf answers no WebSocket at all, as behind a network that blocks them.
func (r *Room) Deaf() {
	defer r.lock()()
	r.ignoreSockets = true
}

// Join takes a seat and returns its id.
func (r *Room) Join(name string) int {
	defer r.lock()()
	return r.join("player", name)
}

func (r *Room) join(role, name string) int {
	r.service.ids++
	id := r.service.ids
	r.seats = append(r.seats, seat{id, role, name})
	if !r.silent {
		r.broadcast("client/connected", map[string]any{"id": id, "userId": name, "name": name, "role": role, "reconnect": false})
	}
	return id
}

// Leave disconnects a player. The seat stays taken.
func (r *Room) Leave(id int) {
	defer r.lock()()
	if !r.silent {
		r.broadcast("client/disconnected", map[string]any{"id": id, "role": "player"})
	}
}

// Lock admits no more players.
func (r *Room) Lock() {
	defer r.lock()()
	r.locked = true
	r.broadcast("room/lock", map[string]any{})
}

// SetObject changes an entity that is an object, and SetText one that holds the same as
// a text.
func (r *Room) SetObject(key string, val map[string]any) { r.set("object", key, val) }

// SetText is described at SetObject.
func (r *Room) SetText(key string, val map[string]any) {
	b, err := json.Marshal(val)
	if err != nil {
		panic(err) // a test's own values
	}
	r.set("text", key, string(b))
}

func (r *Room) set(kind, key string, val any) {
	defer r.lock()()
	e := map[string]any{"key": key, "val": val, "version": r.sequence, "from": 1}
	r.entities[key] = []any{kind, e, map[string]any{"locked": false}}
	r.broadcast(kind, e)
}

// Say sends a text unchanged to all listeners.
func (r *Room) Say(text string) {
	defer r.lock()()
	for l := range r.listeners {
		l.write([]byte(text))
	}
}

// Exit closes the room, and with it all connections.
func (r *Room) Exit() {
	defer r.lock()()
	r.broadcast("room/exit", map[string]any{"cause": 1})
	r.remove()
	r.closeAll(1000)
}

// Vanish makes the room unknown without a message.
func (r *Room) Vanish() {
	defer r.lock()()
	r.remove()
}

func (r *Room) remove() {
	delete(r.service.rooms, r.code)
	r.service.ended[r.code] = true
}

// Drop breaks all connections off: the clients see 1006.
func (r *Room) Drop() {
	defer r.lock()()
	for l := range r.listeners {
		_ = l.conn.CloseNow()
	}
}

// End closes all connections with a code.
func (r *Room) End(code int) {
	defer r.lock()()
	r.closeAll(code)
}

// lock takes the service's lock, which guards everything.
func (r *Room) lock() (unlock func()) {
	r.service.mu.Lock()
	return r.service.mu.Unlock
}

func (r *Room) seatCount() int {
	defer r.lock()()
	return len(r.seats)
}

// entry is the room's directory entry: all sixteen fields.
func (r *Room) entry(asked string) map[string]any {
	defer r.lock()()
	host, most := r.host, r.maxPlayers
	if host == "" {
		host = asked
	}
	if most == 0 {
		most = 8
	}
	return map[string]any{
		"appId": "fake-0000", "appTag": "fakegame", "audienceEnabled": true, "code": r.code, "host": host, "audienceHost": host,
		"locked": r.locked, "full": len(r.seats) > most, "maxPlayers": most, "minPlayers": 3, "moderationEnabled": false,
		"passwordRequired": false, "twitchLocked": false, "locale": "en", "keepalive": false, "controllerBranch": "main",
	}
}
