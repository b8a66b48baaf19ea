package ecast

import (
	"encoding/json"

	"partyline/actors/rules/session"
	"partyline/actors/rules/session/fact"
	"partyline/protocol"
)

// view is what is known of a room.
type view struct {
	// players are the ids of those who have ever had a player's seat; counted is true once
	// players or seats were counted.
	players map[string]struct{}
	counted bool
	// playerCount is the count where the seats cannot be seen.
	playerCount int
	// reportsJoins: the game reports joining players.
	reportsJoins      bool
	started, finished bool
}

func newView() *view { return &view{players: map[string]struct{}{}} }

// observation is the view as reported to a session.
func (v *view) observation() session.Observation {
	s := session.Observation{Status: fact.CheckWaiting}
	switch {
	case v.finished:
		s.Status = fact.CheckFinished
	case v.started:
		s.Status = fact.CheckStarted
	}
	if v.counted {
		n := min(max(len(v.players), v.playerCount), protocol.MaxPlayers)
		s.PlayerCount = &n
	}
	return s
}

// applyWelcome updates the view from a welcome.
func (v *view) applyWelcome(w *welcome) {
	v.counted, v.playerCount = true, 0
	for id, raw := range w.Here {
		var c participant
		if json.Unmarshal(raw, &c) == nil && c.isPlayer() {
			v.addPlayer(id)
		}
	}
	for key, raw := range w.Entities {
		var parts []json.RawMessage
		var e entity
		if json.Unmarshal(raw, &parts) == nil && len(parts) > 1 && json.Unmarshal(parts[1], &e) == nil {
			v.applyEntity(key, e.Val)
		}
	}
}

// applyFrame updates the view from a frame after the welcome. It returns errRoomGone when the
// room is closed.
func (v *view) applyFrame(f frame) error {
	switch f.Opcode {
	case "room/exit":
		return errRoomGone
	case "room/lock":
		v.started = true
	case "client/connected":
		var c participant
		if json.Unmarshal(f.Result, &c) == nil && c.isPlayer() {
			v.reportsJoins = true
			v.addPlayer(c.ID.String())
		}
	case "object", "text":
		var e entity
		if json.Unmarshal(f.Result, &e) == nil {
			v.applyEntity(e.Key, e.Val)
		}
	}
	return nil
}

// addPlayer adds a player. A room that names ever more of them must not fill the memory.
func (v *view) addPlayer(id string) {
	if id != "" && len(v.players) < protocol.MaxPlayers {
		v.players[id] = struct{}{}
	}
}

func (v *view) applyEntity(key string, val json.RawMessage) {
	if key != "room" && key != "bc:room" {
		return
	}
	p, ok := parseProgress(val)
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
