package scenario

import (
	"encoding/json"
	"os"

	"partyline/protocol"
)

// brief is what a script is told, as a file of JSON: loadtest/k6/lib/stage.js reads it.
type brief struct {
	// URL is of REST, Live of the WebSocket.
	URL  string `json:"url"`
	Live string `json:"live"`
	// Key is the admin key; the others are tokens of that role.
	Key    string `json:"key"`
	Admin  string `json:"admin"`
	Bot    string `json:"bot"`
	Viewer string `json:"viewer"`
	// Sessions are open and have a game; Games are some nobody has played.
	Sessions []briefSession    `json:"sessions"`
	Games    []protocol.GameID `json:"games"`

	Long       bool        `json:"long"`
	Rate       int         `json:"rate"`
	Seconds    int         `json:"seconds"`
	Screens    int         `json:"screens"`
	Thresholds [][2]string `json:"thresholds"`
	// Summary is the file that the script writes its summary to.
	Summary string `json:"summary"`
}

// briefSession is an open session and the game being played.
type briefSession struct {
	ID   protocol.SessionID `json:"id"`
	Game protocol.GameID    `json:"game"`
	Play protocol.PlayID    `json:"play"`
}

// wish adds what the caller wants.
func (b *brief) wish(o *Options) {
	b.Long, b.Rate, b.Seconds, b.Screens = o.Long, o.Rate, o.Seconds, o.Screens
	b.Thresholds = [][2]string{}
	for _, t := range o.Thresholds {
		b.Thresholds = append(b.Thresholds, [2]string{t.Metric, t.Expression})
	}
}

// write leaves the file for the script. It holds the keys of a server that lives for
// one run.
func (b *brief) write(path string) error {
	text, err := json.MarshalIndent(b, "", "  ")
	if err != nil {
		return err
	}
	return os.WriteFile(path, text, 0o600)
}
