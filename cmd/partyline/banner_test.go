package main

import (
	"net"
	"strings"
	"testing"
)

func TestBaseURL(t *testing.T) {
	for _, c := range []struct {
		ip   string
		tls  bool
		want string
	}{
		{"0.0.0.0", false, "http://localhost:5000"},
		{"::", false, "http://localhost:5000"},
		{"127.0.0.1", false, "http://127.0.0.1:5000"},
		{"::1", true, "https://[::1]:5000"},
		{"192.0.2.7", true, "https://192.0.2.7:5000"},
	} {
		if got := baseURL(&net.TCPAddr{IP: net.ParseIP(c.ip), Port: 5000}, c.tls); got != c.want {
			t.Errorf("%s: %s, want %s", c.ip, got, c.want)
		}
	}
}

func TestBannerShowsOnlyANewKey(t *testing.T) {
	for _, c := range []struct {
		admin secret
		shown bool
	}{
		{secret{value: "abcde-fghij", file: "/night/admin-key", created: true}, true},
		{secret{value: "abcde-fghij", file: "/night/admin-key"}, false},
		{secret{value: "abcde-fghij"}, false},
	} {
		var out strings.Builder
		banner{base: "http://localhost:5000", keys: keys{admin: c.admin}}.print(&out)
		if strings.Contains(out.String(), "abcde-fghij") != c.shown {
			t.Errorf("%+v prints:\n%s", c.admin, out.String())
		}
	}
}
