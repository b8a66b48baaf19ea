package main

import (
	"fmt"
	"io"
	"net"
	"path/filepath"
	"strings"
)

// banner prints the addresses and three commands to try, which work as they are printed.
// Nothing else ever shows the admin key, and the banner only when the key was created just
// now.
type banner struct {
	base    string // http://localhost:5000
	metrics string // http://localhost:5000/metrics
	keys    keys
}

func (b banner) print(w io.Writer) {
	fmt.Fprintf(w, "Partyline %s serves on %s\n\n", version(), b.base)
	fmt.Fprintf(w, "  admin key  %s\n", b.adminKey())
	fmt.Fprintf(w, "  console    %s/\n", b.base)
	fmt.Fprintf(w, "  screens    %s/api/sessions/live\n", "ws"+strings.TrimPrefix(b.base, "http"))
	fmt.Fprintf(w, "  health     %[1]s/health  %[1]s/ready  %[2]s\n\n", b.base, b.metrics)
	fmt.Fprintf(w, "Log in, open a session, pick a game:\n\n")
	for _, line := range b.lines() {
		fmt.Fprintf(w, "  %s\n", line)
	}
	fmt.Fprintln(w)
}

func (b banner) adminKey() string {
	switch {
	case b.keys.admin.created:
		return fmt.Sprintf("%s (created now and shown only once; stored in %s)", b.keys.admin.value, b.keys.admin.file)
	case b.keys.admin.file != "":
		return "stored in " + b.keys.admin.file
	default:
		return "as given; the commands below take it from $PARTYLINE_ADMIN_KEY"
	}
}

// lines are commands for curl, sed and a POSIX shell. A key that was given is not repeated.
func (b banner) lines() []string {
	key := "$PARTYLINE_ADMIN_KEY"
	if b.keys.admin.file != "" {
		key = "$(cat " + shellQuoted(b.keys.admin.file) + ")"
	}
	const json = `-H 'Content-Type: application/json'`
	return []string{
		fmt.Sprintf(`TOKEN=$(curl -s %s/api/auth/login %s -d "{\"key\":\"%s\"}" | sed 's/.*"token":"\([^"]*\)".*/\1/')`, b.base, json, key),
		fmt.Sprintf(`curl -s %s/api/sessions -H "Authorization: Bearer $TOKEN" %s -d '{"notes":"Game night"}'`, b.base, json),
		fmt.Sprintf(`curl -s %s/api/pick %s -d '{"playerCount":6}'`, b.base, json),
	}
}

// shellQuoted quotes the text as one word of a POSIX shell.
func shellQuoted(s string) string { return "'" + strings.ReplaceAll(s, "'", `'\''`) + "'" }

// baseURL is the URL of the listener for clients on this machine.
func baseURL(addr net.Addr, tls bool) string {
	scheme := "http"
	if tls {
		scheme = "https"
	}
	host, port, _ := net.SplitHostPort(addr.String())
	if ip := net.ParseIP(host); ip == nil || ip.IsUnspecified() {
		host = "localhost"
	}
	return scheme + "://" + net.JoinHostPort(host, port)
}

// absolutePath is for paths that users copy into another shell.
func absolutePath(path string) string {
	if abs, err := filepath.Abs(path); err == nil {
		return abs
	}
	return path
}
