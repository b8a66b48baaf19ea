package ecast

import (
	"encoding/json"

	"partyline/actors/session"
	"partyline/actors/session/fact"
	"partyline/protocol"
)

// view is what is known of a room.
type view struct {
	// players are the ids of those who have ever had a player's seat; counted says that
	// somebody has looked.
	players map[string]struct{}
	counted bool
	// slots is the count where the seats cannot be seen.
	slots int
	// joins: the game tells of those who come in.
	joins             bool
	started, finished bool
}

func newView() *view { return &view{players: map[string]struct{}{}} }

// sight is the view as a session hears of it.
func (v *view) sight() session.Observation {
	s := session.Observation{Status: fact.CheckWaiting}
	switch {
	case v.finished:
		s.Status = fact.CheckFinished
	case v.started:
		s.Status = fact.CheckStarted
	}
	if v.counted {
		n := min(max(len(v.players), v.slots), protocol.MaxPlayers)
		s.PlayerCount = &n
	}
	return s
}

// greet takes in a welcome.
func (v *view) greet(w *welcome) {
	v.counted, v.slots = true, 0
	for id, raw := range w.Here {
		var c client
		if json.Unmarshal(raw, &c) == nil && c.plays() {
			v.seat(id)
		}
	}
	for key, raw := range w.Entities {
		var parts []json.RawMessage
		var e entity
		if json.Unmarshal(raw, &parts) == nil && len(parts) > 1 && json.Unmarshal(parts[1], &e) == nil {
			v.entity(key, e.Val)
		}
	}
}

// hear takes in what came after the welcome. It is errGone when the room is closed.
func (v *view) hear(f frame) error {
	switch f.Opcode {
	case "room/exit":
		return errGone
	case "room/lock":
		v.started = true
	case "client/connected":
		var c client
		if json.Unmarshal(f.Result, &c) == nil && c.plays() {
			v.joins = true
			v.seat(c.ID.String())
		}
	case "object", "text":
		var e entity
		if json.Unmarshal(f.Result, &e) == nil {
			v.entity(e.Key, e.Val)
		}
	}
	return nil
}

// seat notes a player. A room that names ever more of them must not fill the memory.
func (v *view) seat(id string) {
	if id != "" && len(v.players) < protocol.MaxPlayers {
		v.players[id] = struct{}{}
	}
}

func (v *view) entity(key string, val json.RawMessage) {
	if key != "room" && key != "bc:room" {
		return
	}
	p, ok := progressOf(val)
	if !ok {
		return
	}
	if p.State == "Gameplay" || p.State == "PostGame" {
		v.started = true
	}
	if p.GameFinished == true {
		v.finished = true
	}
}
