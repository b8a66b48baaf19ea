package main

import (
	"bytes"
	"errors"
	"io"
	"net/netip"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/rs/zerolog"

	"partyline/gateway"
	"partyline/gateway/ecast"
)

// settings parses a command line of serve.
func settings(t *testing.T, env map[string]string, args ...string) (Config, error) {
	t.Helper()
	var grammar commandLine
	_, err := parse(&grammar, args, func(name string) string { return env[name] }, io.Discard, io.Discard)
	return grammar.Serve.Config, err
}

func TestSettingsHaveDefaults(t *testing.T) {
	got, err := settings(t, nil)
	if err != nil {
		t.Fatal(err)
	}
	want := Config{Addr: ":5000", Data: "./partyline-data", MaxActiveSessions: 1, EcastURL: ecast.DefaultURL, LogLevel: "info", LogFormat: "console",
		DrainTimeout: 10 * time.Second, MaxInFlight: 16384, MaxConnectionsPerAddress: gateway.DefaultMaxPerAddress, TokenRate: gateway.DefaultTokenRate, ViewerRate: gateway.DefaultViewerRate, AddressRate: gateway.DefaultAddressRate,
		ConnectRate: gateway.DefaultConnectRate, JoinRate: gateway.DefaultJoinRate, GuestRate: gateway.DefaultGuestRate, ReserveBytes: 128 << 20}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("settings (-want +got):\n%s", diff)
	}
}

func TestFlagsOverrideVariablesOverrideDefaults(t *testing.T) {
	env := map[string]string{"PARTYLINE_ADDR": ":1", "PARTYLINE_DATA": "/from/env", "PARTYLINE_ALLOW_ORIGIN": "https://a.example,null", "PARTYLINE_ALLOW_HOST": "hub.example,*"}
	got, err := settings(t, env, "serve", "--addr", ":2", "--trusted-proxy", "10.1.2.3", "--trusted-proxy=fd00::/8", "--reserve-bytes", "1GiB", "--keep-votes", "365d", "--keep-exports", "there")
	if err != nil {
		t.Fatal(err)
	}
	if got.Addr != ":2" || got.Data != "/from/env" || got.ReserveBytes != 1<<30 || time.Duration(got.KeepVotes) != 8760*time.Hour || got.KeepExports != "there" {
		t.Errorf("settings are %+v", got)
	}
	if diff := cmp.Diff([]string{"https://a.example", "null"}, got.AllowOrigin); diff != "" {
		t.Errorf("origins (-want +got):\n%s", diff)
	}
	if diff := cmp.Diff([]string{"hub.example", "*"}, got.AllowHost); diff != "" {
		t.Errorf("hosts (-want +got):\n%s", diff)
	}
	proxies := []netip.Prefix{netip.MustParsePrefix("10.1.2.3/32"), netip.MustParsePrefix("fd00::/8")}
	if diff := cmp.Diff(proxies, got.TrustedProxy, cmp.Comparer(func(a, b netip.Prefix) bool { return a == b })); diff != "" {
		t.Errorf("proxies (-want +got):\n%s", diff)
	}
}

func TestEachInvalidSettingIsReported(t *testing.T) {
	for _, bad := range []string{
		"--addr=5000", "--addr=:notaport", "--addr=:70000", "--data=", "--admin-key=elevenbytes",
		"--jwt-secret=thirty-one-bytes-are-not-enough", "--max-active-sessions=-1", "--max-active-sessions=1.5",
		"--allow-origin=example.com", "--allow-origin=https://example.com/path", "--trusted-proxy=proxy.local", "--allow-host=hub.example:5000",
		"--allow-host=*.example", "--allow-host=hub.example/night", "--allow-host=a@hub.example",
		"--webhook-allow-cidr=10.0.0.0/40", "--ecast-url=ftp://rooms.example", "--ecast-url=https://rooms.example/?a=b", "--ecast-url=https://me:too@rooms.example", "--ecast-url=", "--public-url=party.example", "--public-url=https://party.example/?a=b", "--tls-key=key.pem",
		"--log-level=trace", "--log-format=text", "--drain-timeout=0s", "--drain-timeout=11m",
		"--max-in-flight=0", "--token-rate=0", "--viewer-rate=-0.5", "--address-rate=-1", "--connect-rate=NaN", "--join-rate=+Inf", "--guest-rate=1000001", "--guest-rate=many", "--max-connections-per-address=0", "--reserve-bytes=63MiB", "--reserve-bytes=much", "--reserve-bytes=-1", "--keep-votes=29d", "--keep-votes=719h", "--keep-votes=-1d", "--keep-votes=1y", "--keep-votes=1.5d", "--keep-votes=106752d", "--keep-exports=there", "--nonsense",
	} {
		_, err := settings(t, nil, bad)
		usage, ok := errors.AsType[*usageError](err)
		if !ok || len(usage.problems) != 1 {
			t.Errorf("%s: got %v", bad, err)
			continue
		}
		if name, _, _ := strings.Cut(bad, "="); !strings.Contains(usage.problems[0], name) {
			t.Errorf("%s: the sentence does not name it: %s", bad, usage.problems[0])
		}
	}
}

func TestSettingsAreLoggedWithoutSecrets(t *testing.T) {
	c := Config{Addr: ":5000", AdminKey: "correct-horse", JWTSecret: "battery-staple", TokenRate: 10_000, ViewerRate: 50, AddressRate: 500, ConnectRate: 20, JoinRate: 0.5, GuestRate: 200, ReserveBytes: 128 << 20}
	var log bytes.Buffer
	logger := zerolog.New(&log)
	logger.Info().EmbedObject(&c).Msg("settings")
	if s := log.String(); strings.Contains(s, "horse") || strings.Contains(s, "staple") {
		t.Errorf("a secret is in %s", s)
	}
	for _, want := range []string{`"addr":":5000"`, `"admin_key":"given"`, `"reserve_bytes":"128MiB"`,
		`"token_rate":10000,"viewer_rate":50,"address_rate":500,"connect_rate":20,"join_rate":0.5,"guest_rate":200`} {
		if !strings.Contains(log.String(), want) {
			t.Errorf("%s is missing in %s", want, log.String())
		}
	}
}

func TestByteSizesRoundTrip(t *testing.T) {
	for text, bytes := range map[string]byteSize{"0": 0, "1000": 1000, "64KiB": 64 << 10, "128MiB": 128 << 20, "3GiB": 3 << 30} {
		got, err := parseByteSize(text)
		if err != nil || got != bytes || got.String() != text {
			t.Errorf("%s is %d, prints %s, %v", text, got, got, err)
		}
	}
	for _, bad := range []string{"", "MiB", "1.5GiB", "-1", "9999999999GiB", "1 MiB"} {
		if got, err := parseByteSize(bad); err == nil {
			t.Errorf("%q is read as %d", bad, got)
		}
	}
}
