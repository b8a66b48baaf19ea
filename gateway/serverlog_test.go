package gateway_test

import (
	"bytes"
	"strings"
	"testing"

	"github.com/rs/zerolog"

	"partyline/gateway"
)

func TestServerLogContainsNoAddresses(t *testing.T) {
	t.Parallel()
	var out bytes.Buffer
	server := gateway.NewServer(gateway.ServerOptions{Log: zerolog.New(&out)}).HTTPServer()
	for _, line := range []string{
		"http: TLS handshake error from 203.0.113.7:4711: EOF",
		"http: panic serving [2001:db8::7]:4711: boom",
		"http: panic serving [fe80::7%eth0]:4711: read tcp 10.0.0.1:5000->203.0.113.7:4711: reset",
	} {
		server.ErrorLog.Print(line)
	}
	got := out.String()
	for _, address := range []string{"203.0.113.7", "2001:db8", "fe80", "10.0.0.1", "4711"} {
		if strings.Contains(got, address) {
			t.Errorf("%s is in the log", address)
		}
	}
	if n := strings.Count(got, `"level":"warn"`); n != 2 || strings.Count(got, `"level":"debug"`) != 1 || !strings.Contains(got, "serving (address): boom") {
		t.Errorf("%s", got)
	}
}
