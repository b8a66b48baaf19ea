package scenario_test

import (
	"bytes"
	"encoding/json"
	"fmt"
	"net/http"
	"os"
	"os/signal"
	"testing"
	"time"
)

// TestMain is k6 when the test calls itself as such.
func TestMain(m *testing.M) {
	call := ""
	if len(os.Args) > 1 {
		call = os.Args[1]
	}
	switch call {
	case "run":
		os.Exit(fakeK6())
	default:
		os.Exit(test(m))
	}
}

// workshop is the folder of what tests share; it goes when they have run.
var workshop string

func test(m *testing.M) int {
	var err error
	if workshop, err = os.MkdirTemp("", "partyline-scenario-"); err != nil {
		fmt.Fprintln(os.Stderr, err)
		return 1
	}
	defer func() { _ = os.RemoveAll(workshop) }()
	return m.Run()
}

// told is what the fake reads of its input. What a test wants of it stands where the
// wishes of a caller do.
type told struct {
	URL        string
	Bot        string
	Sessions   []struct{ ID int }
	Rate       int         // votes to cast
	Screens    int         // votes to count on top of them
	Seconds    int         // its exit code; hang never ends by itself, mute leaves no summary
	Thresholds [][2]string // all of them fail
	Summary    string
}

const (
	hang = 1000
	mute = 1001
)

// fakeK6 casts votes and leaves a summary, as a script would.
func fakeK6() int {
	var b told
	text, err := os.ReadFile(os.Getenv("STAGE"))
	if err == nil {
		err = json.Unmarshal(text, &b)
	}
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		return 1
	}
	if b.Seconds == hang {
		return waitForInterrupt()
	}
	for n := range b.Rate {
		if err := cast(&b, n); err != nil {
			fmt.Fprintln(os.Stderr, err)
			return 1
		}
	}
	if b.Seconds != mute {
		err = os.WriteFile(b.Summary, b.summary(), 0o600)
	}
	switch {
	case err != nil:
		return 1
	case b.Seconds > 0 && b.Seconds < hang:
		return b.Seconds
	case len(b.Thresholds) > 0:
		return 99 // as k6 does
	}
	return 0
}

func waitForInterrupt() int {
	interrupted := make(chan os.Signal, 1)
	signal.Notify(interrupted, os.Interrupt)
	fmt.Fprintln(os.Stderr, "hanging")
	<-interrupted
	return 105 // as k6 does
}

func cast(b *told, n int) error {
	vote, err := json.Marshal(map[string]any{"sessionId": b.Sessions[0].ID, "vote": "up",
		"username": fmt.Sprintf("at-%d", time.Now().UnixNano()+int64(n)), "timestamp": time.Now().UTC().Format("2006-01-02T15:04:05.000Z")})
	if err != nil {
		return err
	}
	req, err := http.NewRequest(http.MethodPost, b.URL+"/api/votes/live", bytes.NewReader(vote))
	if err != nil {
		return err
	}
	req.Header = http.Header{"Content-Type": {"application/json"}, "Authorization": {"Bearer " + b.Bot}}
	res, err := http.DefaultClient.Do(req)
	if err != nil {
		return err
	}
	defer func() { _ = res.Body.Close() }()
	if res.StatusCode != http.StatusOK {
		return fmt.Errorf("a vote is answered %s", res.Status)
	}
	return nil
}

// summary is what lib/summary.js would write.
func (b *told) summary() []byte {
	type metric struct {
		Type       string                    `json:"type"`
		Values     map[string]float64        `json:"values"`
		Thresholds map[string]map[string]any `json:"thresholds,omitempty"`
	}
	metrics := map[string]metric{
		"votes_acknowledged": {Type: "counter", Values: map[string]float64{"count": float64(b.Rate + b.Screens)}},
	}
	for _, t := range b.Thresholds {
		metrics[t[0]] = metric{"trend", map[string]float64{"count": 1, "p(95)": 7}, map[string]map[string]any{t[1]: {"ok": false}}}
	}
	text, err := json.Marshal(map[string]any{"duration_ms": 100, "metrics": metrics})
	if err != nil {
		panic(err) // our own words always encode
	}
	return text
}
