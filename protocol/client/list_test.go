package client_test

import (
	"slices"
	"testing"

	"partyline/protocol"
	"partyline/protocol/client"
)

func TestAllReadsEveryPage(t *testing.T) {
	h := startServer(t)
	want := []protocol.GameID{1}
	for game := range protocol.GameID(7) {
		if _, err := h.AddGame(t.Context(), h.session, game+2); err != nil {
			t.Fatal(err)
		}
		want = append(want, game+2)
	}
	var got []protocol.GameID
	for g, err := range client.All[protocol.SessionGame](t.Context(), h.Client, "/api/sessions/1/games?limit=3") {
		if err != nil {
			t.Fatal(err)
		}
		got = append(got, g.GameID)
	}
	if !slices.Equal(got[len(got)-7:], want[1:]) {
		t.Errorf("games %v, want %v", got, want)
	}
	n := 0
	for range client.All[protocol.Game](t.Context(), h.Client, "/api/games?limit=5&enabled=true") {
		if n++; n == 12 {
			break // in the middle of a page
		}
	}
	if n != 12 {
		t.Errorf("%d games, want to stop at 12", n)
	}
}

func TestAllStopsAtAnError(t *testing.T) {
	h, failures := startServer(t), 0
	for _, err := range client.All[protocol.Session](t.Context(), h.Client, "/api/sessions?limit=0") {
		if !client.Refused(err, protocol.CodeInvalid) {
			t.Errorf("error is %v", err)
		}
		failures++
	}
	if failures != 1 {
		t.Errorf("%d errors", failures)
	}
}
