package main

import (
	"fmt"
	"net"
	"net/netip"
	"net/url"
	"strconv"
	"strings"
	"time"

	"github.com/rs/zerolog"

	"partyline/actors"
)

// Bounds of settings.
const (
	// minAdminKey is a length that the limit of ten failed logins a minute makes safe against
	// guessing.
	minAdminKey = 12
	// minJWTSecret is the key size of HMAC-SHA256 (RFC 7518, section 3.2).
	minJWTSecret = 32
	// minReserve keeps room for what Badger maps into memory. A full disk there is a SIGBUS,
	// not an error.
	minReserve = 64 << 20
	// maxRate is far above what the hub can answer, so it is no limit at all. Bursts are
	// derived from rates, and stay whole numbers that a bucket can count.
	maxRate = 1_000_000
	// maxDrainTimeout: supervisors kill a process long before that.
	maxDrainTimeout = 10 * time.Minute
)

// Config is the settings of a server: flag over PARTYLINE_ variable over default. Fields
// tagged setting can be given by variable; the names follow the flags.
type Config struct {
	Addr string `default:":5000" setting:"" placeholder:"HOST:PORT" help:"Address to listen on; port 0 chooses a free one (default :5000)."`
	Data string `default:"./partyline-data" setting:"" placeholder:"DIR" help:"Data folder (default ./partyline-data)."`

	AdminKey  string `setting:"" placeholder:"KEY" help:"Key to log in with, at least 12 bytes; with 23 or more it also works while others enter wrong ones. Created at the first start and stored in the data folder when not given."`
	JWTSecret string `name:"jwt-secret" setting:"" placeholder:"SECRET" help:"Secret that signs tokens, at least 32 bytes. Created and stored likewise."`

	MaxActiveSessions int            `default:"1" setting:"" placeholder:"N" help:"Sessions that may be active at the same time, 0 for no limit (default 1)."`
	AllowOrigin       []string       `setting:"" placeholder:"ORIGIN" help:"Origin whose web pages may call the API, such as https://overlay.example; repeatable, null for local files, * for all. The server's own is always allowed."`
	AllowHost         []string       `setting:"" placeholder:"NAME" help:"Host name served over plain HTTP, such as hub.example; repeatable, * for all. IP addresses, names of home networks and the public URL's are always allowed."`
	TrustedProxy      []netip.Prefix `setting:"" placeholder:"CIDR" help:"Proxies whose X-Forwarded headers are trusted; repeatable."`

	PublicURL string `name:"public-url" setting:"" placeholder:"URL" help:"URL of this server for users, such as https://party.example; for QR codes and links (default: the host of the request)."`

	WebhookAllowCIDR []netip.Prefix `name:"webhook-allow-cidr" setting:"" placeholder:"CIDR" help:"Private addresses that webhooks may call; repeatable."`
	EcastURL         string         `name:"ecast-url" default:"https://ecast.jackboxgames.com/api/v2" setting:"" placeholder:"URL" help:"Room service that counts the players of a game (default https://ecast.jackboxgames.com/api/v2)."`

	TLSCert string `name:"tls-cert" setting:"" placeholder:"FILE" help:"Certificate chain in PEM; serves HTTPS together with --tls-key. Read again when the file changes."`
	TLSKey  string `name:"tls-key" setting:"" placeholder:"FILE" help:"Private key in PEM."`

	MetricsAddr string `setting:"" placeholder:"HOST:PORT" help:"Address that serves /metrics, by plain HTTP and without login, such as 127.0.0.1:9464; the main address then does not serve it (default: it does)."`

	LogLevel  string `default:"info" setting:"" placeholder:"LEVEL" help:"debug, info, warn or error (default info)."`
	LogFormat string `default:"console" setting:"" placeholder:"FORMAT" help:"json or console (default console)."`

	MaxConnectionsPerAddress int `default:"1000" setting:"" placeholder:"N" help:"HTTP connections that one address may have at the same time, and as many WebSockets; loopback and trusted proxies are not counted (default 1000)."`

	TokenRate   float64 `default:"10000" setting:"" placeholder:"N" help:"Requests per second with a bot's or admin's token, by REST and WebSocket together; all admin tokens count as one (default 10000). All rates are long-term averages: bursts are allowed, and long responses count as several requests; loopback is not counted."`
	ViewerRate  float64 `default:"50" setting:"" placeholder:"N" help:"The same with a viewer's token, for all its screens at one address together (default 50)."`
	AddressRate float64 `default:"500" setting:"" placeholder:"N" help:"Requests per second of one address, without a token and by guests, whose votes are not counted; as many again for pages (default 500)."`
	ConnectRate float64 `default:"20" setting:"" placeholder:"N" help:"New WebSockets per second of one address, and with --tls-cert four times as many TLS handshakes (default 20)."`
	JoinRate    float64 `default:"1" setting:"" placeholder:"N" help:"New phones per second of one address (default 1)."`
	GuestRate   float64 `default:"200" setting:"" placeholder:"N" help:"Votes of phones per second of one address (default 200)."`

	KeepVotes   days   `setting:"" placeholder:"TIME" help:"How long the single votes of a closed session are kept, such as 365d, at least 30d; then they are folded into its totals and removed (default: for ever)."`
	KeepExports string `setting:"" placeholder:"DIR" help:"Folder for an export of each session before its votes are folded, as JSON with all votes; without a complete export nothing is folded (default: none)."`

	DrainTimeout time.Duration `default:"10s" setting:"" placeholder:"TIME" help:"Longest wait for clients and commits at shutdown (default 10s)."`
	MaxInFlight  int           `default:"16384" setting:"" placeholder:"N" help:"Commands and queries that may be in progress at the same time; more are refused with 503 (default 16384)."`
	ReserveBytes byteSize      `default:"128MiB" setting:"" placeholder:"SIZE" help:"Free disk space below which writes are refused, at least 64MiB (default 128MiB)."`
}

// check returns a sentence for each invalid setting.
func (c *Config) check() []string {
	var p problems
	p.require(validAddr(c.Addr), "--addr: %q is not host:port", c.Addr)
	p.require(c.MetricsAddr == "" || validAddr(c.MetricsAddr), "--metrics-addr: %q is not host:port", c.MetricsAddr)
	p.require(c.Data != "", "--data: must not be empty")
	p.require(c.AdminKey == "" || len(c.AdminKey) >= minAdminKey, "--admin-key: must have at least %d bytes", minAdminKey)
	p.require(c.JWTSecret == "" || len(c.JWTSecret) >= minJWTSecret, "--jwt-secret: must have at least %d bytes", minJWTSecret)
	p.require(c.MaxActiveSessions >= 0, "--max-active-sessions: must not be negative")
	for _, o := range c.AllowOrigin {
		p.require(o == "*" || o == nullOrigin || validOrigin(o), "--allow-origin: %q is not an origin such as https://overlay.example", o)
	}
	for _, h := range c.AllowHost {
		p.require(h == "*" || validHost(h), "--allow-host: %q is not a name such as hub.example, without scheme and port", h)
	}
	p.require(validBaseURL(c.EcastURL), "--ecast-url: %q is not an http or https URL without query", c.EcastURL)
	p.require(c.PublicURL == "" || validBaseURL(c.PublicURL), "--public-url: %q is not an http or https URL without query", c.PublicURL)
	p.require((c.TLSCert == "") == (c.TLSKey == ""), "--tls-cert and --tls-key: give both or neither")
	p.require(validLevel(c.LogLevel), "--log-level: %q is not debug, info, warn or error", c.LogLevel)
	p.require(c.LogFormat == "json" || c.LogFormat == "console", "--log-format: %q is not json or console", c.LogFormat)
	p.require(c.DrainTimeout > 0 && c.DrainTimeout <= maxDrainTimeout, "--drain-timeout: must be above 0 and at most %s", maxDrainTimeout)
	p.require(c.MaxInFlight > 0, "--max-in-flight: must be above 0")
	p.require(c.MaxConnectionsPerAddress > 0, "--max-connections-per-address: must be above 0")
	for _, r := range c.rates() {
		p.require(r.perSecond > 0 && r.perSecond <= maxRate, "--%s: must be above 0 and at most %d", r.flag, maxRate)
	}
	p.require(c.KeepVotes == 0 || time.Duration(c.KeepVotes) >= actors.MinKeepVotes, "--keep-votes: must be at least %s", days(actors.MinKeepVotes))
	p.require(c.KeepExports == "" || c.KeepVotes > 0, "--keep-exports: needs --keep-votes")
	p.require(c.ReserveBytes >= minReserve, "--reserve-bytes: must be at least %s", byteSize(minReserve))
	return p
}

// MarshalZerologObject implements zerolog.LogObjectMarshaler: the effective settings, with
// secrets masked.
func (c *Config) MarshalZerologObject(e *zerolog.Event) {
	e.Str("addr", c.Addr).Str("metrics_addr", c.MetricsAddr).Str("data", c.Data).
		Str("admin_key", maskSecret(c.AdminKey)).Str("jwt_secret", maskSecret(c.JWTSecret)).
		Int("max_active_sessions", c.MaxActiveSessions).Strs("allow_origin", c.AllowOrigin).Strs("allow_host", c.AllowHost).
		Str("public_url", c.PublicURL).Str("trusted_proxy", fmt.Sprint(c.TrustedProxy)).
		Str("webhook_allow_cidr", fmt.Sprint(c.WebhookAllowCIDR)).Str("ecast_url", c.EcastURL).
		Str("tls_cert", c.TLSCert).Str("tls_key", c.TLSKey).
		Str("log_level", c.LogLevel).Str("log_format", c.LogFormat).
		Str("drain_timeout", c.DrainTimeout.String()).Int("max_in_flight", c.MaxInFlight).
		Int("max_connections_per_address", c.MaxConnectionsPerAddress).
		Float64("token_rate", c.TokenRate).Float64("viewer_rate", c.ViewerRate).Float64("address_rate", c.AddressRate).Float64("connect_rate", c.ConnectRate).
		Float64("join_rate", c.JoinRate).Float64("guest_rate", c.GuestRate).
		Str("keep_votes", c.KeepVotes.String()).Str("keep_exports", c.KeepExports).
		Str("reserve_bytes", c.ReserveBytes.String())
}

// rate is a setting per second.
type rate struct {
	flag      string
	perSecond float64
}

func (c *Config) rates() []rate {
	return []rate{{"token-rate", c.TokenRate}, {"viewer-rate", c.ViewerRate}, {"address-rate", c.AddressRate}, {"connect-rate", c.ConnectRate},
		{"join-rate", c.JoinRate}, {"guest-rate", c.GuestRate}}
}

// handshakesPerConnect TLS handshakes are allowed per new WebSocket: a browser opens up to six
// connections for a page and its parts, and most pages are opened once for many sockets.
const handshakesPerConnect = 4

// handshakeRate is how many TLS handshakes one address may begin per second, 0 for no limit.
func (c *Config) handshakeRate() float64 {
	if c.TLSCert == "" {
		return 0
	}
	return handshakesPerConnect * c.ConnectRate
}

// problems collects sentences, so that all are reported at once.
type problems []string

func (p *problems) require(ok bool, format string, args ...any) {
	if !ok {
		*p = append(*p, fmt.Sprintf(format, args...))
	}
}

func maskSecret(secret string) string {
	if secret == "" {
		return "stored in the data folder"
	}
	return "given"
}

func validAddr(s string) bool {
	_, port, err := net.SplitHostPort(s)
	if err != nil {
		return false
	}
	_, err = strconv.ParseUint(port, 10, 16)
	return err == nil
}

func validURL(s string) bool {
	u, err := url.Parse(s)
	return err == nil && (u.Scheme == "http" || u.Scheme == "https") && u.Host != ""
}

// validBaseURL accepts a URL to which paths can be appended.
func validBaseURL(s string) bool {
	u, err := url.Parse(s)
	return err == nil && validURL(s) && u.Hostname() != "" && u.RawQuery == "" && u.Fragment == "" && u.User == nil
}

// nullOrigin is the Origin of pages that are opened from a disk, as OBS does, and of pages
// that hide theirs.
const nullOrigin = "null"

func validOrigin(s string) bool {
	u, err := url.Parse(s)
	return err == nil && validURL(s) && u.Path == "" && u.RawQuery == "" && u.Fragment == "" && u.User == nil
}

// validHost accepts a URL's host without a port.
func validHost(s string) bool {
	u, err := url.Parse("http://" + s)
	return err == nil && s != "" && u.Hostname() == strings.Trim(s, "[]") && u.Port() == "" && !strings.Contains(s, "*")
}

func validLevel(s string) bool {
	switch s {
	case "debug", "info", "warn", "error":
		return true
	}
	return false
}
