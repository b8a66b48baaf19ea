package ecast

import "encoding/json"

// What the service says to us. Fields are read where they are needed, each for itself:
// games fill them as they like.

// frame is one message. A reply to a message of ours would have one more field; an observer
// sends none.
type frame struct {
	Opcode string          `json:"opcode"`
	Result json.RawMessage `json:"result"`
}

// welcome is the result of the first frame.
type welcome struct {
	// ID and Secret reopen the same observer's connection.
	ID     json.Number `json:"id"`
	Secret string      `json:"secret"`
	// Here is everybody who has ever had a seat.
	Here map[string]json.RawMessage `json:"here"`
	// Entities are [type, entity, {locked}] by key.
	Entities map[string]json.RawMessage `json:"entities"`
}

// participant is a client in Here, or the result of client/connected.
type participant struct {
	ID    json.Number                `json:"id"`
	Role  string                     `json:"role"`
	Roles map[string]json.RawMessage `json:"roles"`
}

func (c *participant) isPlayer() bool {
	_, plays := c.Roles["player"]
	return plays || c.Role == "player"
}

// entity is a part of a room's state. Val is JSON, inside a string where it is a text.
type entity struct {
	Key string          `json:"key"`
	Val json.RawMessage `json:"val"`
}

// progress is what rooms report of their game. Not every game reports everything, and some use
// other types.
type progress struct {
	State        any `json:"state"`
	GameFinished any `json:"gameFinished"`
}

// parseProgress parses the value of a room's entity; ok is false when it is not one.
func parseProgress(val json.RawMessage) (p progress, ok bool) {
	var text string
	if json.Unmarshal(val, &text) == nil {
		val = json.RawMessage(text)
	}
	return p, json.Unmarshal(val, &p) == nil
}
