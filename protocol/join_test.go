package protocol_test

import (
	"strings"
	"testing"

	"partyline/protocol"
)

func TestNormalizeJoinCode(t *testing.T) {
	for typed, want := range map[string]string{
		"QRX7F2": "QRX7F2", "qrx7f2": "QRX7F2", " qRx7f2\n": "QRX7F2",
		"": "", "QRX7F": "", "QRX7F22": "", "QRX7F1": "", "QRX7F0": "", "QRX7FO": "", "QRX-7F": "", "QRX 7F2": "", "ΩRX7F": "", "ſſſ": "",
	} {
		code, ok := protocol.NormalizeJoinCode(typed)
		if code != want || ok != (want != "") {
			t.Errorf("%q is read as %q, %v", typed, code, ok)
		}
	}
}

// TestJoinAlphabet: no characters that look alike, and no vowels, which could spell words.
func TestJoinAlphabet(t *testing.T) {
	seen := map[rune]bool{}
	for _, r := range protocol.JoinAlphabet {
		if strings.ContainsRune("0O1ILAEUY", r) || seen[r] {
			t.Errorf("%q is in the alphabet", r)
		}
		seen[r] = true
	}
	if len(seen) != 20 {
		t.Errorf("%d characters", len(seen))
	}
}

func TestJoinCommandsAreChecked(t *testing.T) {
	long := strings.Repeat("é", protocol.MaxUsername)
	for _, c := range []struct {
		request interface{ Check() *protocol.Error }
		says    string
	}{
		{protocol.OpenJoin{}, ""}, {protocol.OpenJoin{Policy: "every"}, ""}, {protocol.OpenJoin{Policy: "latest"}, ""}, {protocol.OpenJoin{Policy: "once"}, ""},
		{protocol.OpenJoin{Policy: "Once"}, `policy must be "every", "latest" or "once"`},
		{protocol.CloseJoin{}, ""},
		{protocol.EnterAsGuest{Code: "x", Name: long}, ""},
		{protocol.EnterAsGuest{}, "code is required"},
		{protocol.EnterAsGuest{Code: "x", Name: long + "é"}, "name must be 0 to 100 characters"},
		{protocol.EnterAsGuest{Code: "x", Name: "a\x00"}, "name must not contain line breaks or other control characters"},
		{&protocol.CastGuestVote{Vote: "down"}, ""}, {&protocol.CastGuestVote{Vote: "up", GameID: 30001}, ""},
		{&protocol.CastGuestVote{}, `vote must be either "up" or "down"`},
		{&protocol.CastGuestVote{Vote: "up", GameID: -1}, "gameId must be a positive integer"},
	} {
		says := ""
		if err := c.request.Check(); err != nil {
			says = err.Message
		}
		if says != c.says {
			t.Errorf("%+v: %q, want %q", c.request, says, c.says)
		}
	}
}

func TestParseDeviceIDReadsString(t *testing.T) {
	for _, id := range []protocol.DeviceID{1, 0xa, 0xfedcba9876543210, 1<<64 - 1} {
		if got, ok := protocol.ParseDeviceID(id.String()); !ok || got != id {
			t.Errorf("%s is read as %s", id, got)
		}
	}
	for _, s := range []string{"", "0000000000000000", "a", "000000000000000A", "+00000000000000a", "00000000000000001", "-000000000000001", "0x0000000000000a"} {
		if id, ok := protocol.ParseDeviceID(s); ok {
			t.Errorf("%q is read as %s", s, id)
		}
	}
}
