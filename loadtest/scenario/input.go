package scenario

import (
	"encoding/json"
	"os"

	"partyline/protocol"
)

// input is what a script is told, as a file of JSON: loadtest/k6/lib/stage.js reads it.
type input struct {
	// URL is of REST, Live of the WebSocket.
	URL  string `json:"url"`
	Live string `json:"live"`
	// Key is the admin key; the others are tokens of that role.
	Key    string `json:"key"`
	Admin  string `json:"admin"`
	Bot    string `json:"bot"`
	Viewer string `json:"viewer"`
	// Sessions are open and have a game; Games are some nobody has played.
	Sessions []inputSession    `json:"sessions"`
	Games    []protocol.GameID `json:"games"`

	Long       bool        `json:"long"`
	Rate       int         `json:"rate"`
	Seconds    int         `json:"seconds"`
	Screens    int         `json:"screens"`
	Thresholds [][2]string `json:"thresholds"`
	// Summary is the file that the script writes its summary to.
	Summary string `json:"summary"`
}

// inputSession is an open session and the game being played.
type inputSession struct {
	ID   protocol.SessionID `json:"id"`
	Game protocol.GameID    `json:"game"`
	Play protocol.PlayID    `json:"play"`
}

// override adds what the caller wants.
func (i *input) override(o *Options) {
	i.Long, i.Rate, i.Seconds, i.Screens = o.Long, o.Rate, o.Seconds, o.Screens
	i.Thresholds = [][2]string{}
	for _, t := range o.Thresholds {
		i.Thresholds = append(i.Thresholds, [2]string{t.Metric, t.Expression})
	}
}

// write leaves the file for the script. It holds the keys of a server that lives for
// one run.
func (i *input) write(path string) error {
	text, err := json.MarshalIndent(i, "", "  ")
	if err != nil {
		return err
	}
	return os.WriteFile(path, text, 0o600)
}
