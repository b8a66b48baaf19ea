package rest

import (
	"net"
	"net/http"
	"net/netip"
	"net/url"
	"strings"

	"partyline/gateway/api"
	"partyline/gateway/clientaddr"
	"partyline/gateway/limit"
	"partyline/gateway/screen"
	"partyline/protocol"
)

// maxHost is the longest name that the internet has; what is longer is an attack.
const maxHost = 253 + len(":65535")

// links makes URLs of this server for people who are not at this machine.
type links struct {
	// public is what the operator says, without a slash at the end; empty is not said.
	public string
	// lan is host:port by which others in the house reach what a page on this machine
	// calls localhost; empty when nobody does.
	lan     string
	proxies clientaddr.Proxies
}

func newLinks(o Options) links {
	return links{public: strings.TrimSuffix(o.PublicURL, "/"), lan: o.LANHost, proxies: o.TrustedProxies}
}

// base is the start of every link: the operator's word, else how the request came here.
func (l links) base(r *http.Request) (string, *protocol.Error) {
	if l.public != "" {
		return l.public, nil
	}
	host := l.proxies.Host(r)
	if len(host) > maxHost {
		return "", protocol.Invalid("Host is too long")
	}
	if l.lan != "" && loopback(host) {
		host = l.lan
	}
	return (&url.URL{Scheme: l.proxies.Scheme(r), Host: host}).String(), nil
}

// loopback says whether a host, with or without port, means the machine that asks.
func loopback(host string) bool {
	if name, _, err := net.SplitHostPort(host); err == nil {
		host = name
	}
	host = strings.Trim(host, "[]")
	if strings.EqualFold(host, "localhost") {
		return true
	}
	a, err := netip.ParseAddr(host)
	return err == nil && a.Unmap().IsLoopback()
}

// joinLink is the link that a phone opens to vote, with the secret that the request
// names; not_found for what can be no code.
func (p *pages) joinLink(r *http.Request) (string, *protocol.Error) {
	code, ok := protocol.NormalizeJoinCode(r.PathValue("code"))
	if !ok {
		return "", protocol.NoSuchCode()
	}
	base, err := p.links.base(r)
	link := base + "/vote/" + code
	if secret := secretParam(r); secret != "" {
		link += "#s=" + secret
	}
	return link, err
}

// serveJoinLink tells a page where phones find the code's page.
func (p *pages) serveJoinLink(w http.ResponseWriter, r *http.Request) {
	rec := w.(*responseRecorder)
	link, err := p.joinLink(r)
	if err != nil {
		rec.refuse(err)
		return
	}
	p.serveJSON(rec, func() ([]byte, error) {
		return api.AppendJSON(nil, struct {
			URL string `json:"url"`
		}{link})
	})
}

// serveJoinQR draws the link of a code. It draws no other text: a picture that says what
// a stranger wants must not come from here. It does so for a code that opens nothing too,
// and keeps no picture: whoever could tell from the answer, or from how long it took,
// that a code is in use would count codes through.
func (p *pages) serveJoinQR(w http.ResponseWriter, r *http.Request) {
	rec := w.(*responseRecorder)
	link, refusal := p.joinLink(r)
	if refusal != nil {
		rec.refuse(refusal)
		return
	}
	rec.extraCost = limit.QRTokens
	picture, err := screen.QR(link)
	if err != nil {
		rec.refuse(api.ToClient(*rec.log, err, "qr.svg", rec.id))
		return
	}
	rec.Header().Set("Content-Type", "image/svg+xml; charset=utf-8")
	_, _ = rec.Write(picture) // a client that is gone needs no answer
}

// secretParam is the secret that a request for a link or its picture wants in it, empty
// for none. It is not checked: the client would learn whether the code opens anything.
func secretParam(r *http.Request) string {
	const alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_"
	secret := r.URL.Query().Get("s")
	if len(secret) != protocol.JoinSecretLength || strings.Trim(secret, alphabet) != "" {
		return ""
	}
	return secret
}
