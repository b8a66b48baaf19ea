package gateway

import (
	"context"
	"crypto/hmac"
	"crypto/sha256"
	"crypto/subtle"
	"encoding/base64"
	"net/http"
	"strings"

	"partyline/protocol"
)

// joinSecret is what the link in a code's QR code carries beside the code, so that
// whoever scans it is told from whoever guesses codes. It is made from the code and the
// secret of the tokens, so it is stored nowhere and renewed with the code, and with the
// timeline; only the host and screens are told it, and nobody who merely names a code.
func (m *signer) joinSecret(code string) string {
	h := hmac.New(sha256.New, m.secret)
	h.Write([]byte("partyline join " + code + string(m.timeline.Epoch)))
	return base64.RawURLEncoding.EncodeToString(h.Sum(nil))[:protocol.JoinSecretLength]
}

// vouched says whether the secret is that of the code, which may open nothing any more.
func (m *signer) joinSecretValid(code, secret string) bool {
	return subtle.ConstantTimeCompare([]byte(secret), []byte(m.joinSecret(code))) == 1
}

// secretIn is the secret that a request for a link or its picture wants in it, empty for
// none. Whether it is the right one is not looked at: who asks would learn whether the
// code opens anything.
func secretParam(r *http.Request) string {
	const alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_"
	secret := r.URL.Query().Get("s")
	if len(secret) != protocol.JoinSecretLength || strings.Trim(secret, alphabet) != "" {
		return ""
	}
	return secret
}

func (g *Gateway) openJoin() handler {
	return g.withLinks(command[protocol.OpenJoin](g.hub, http.StatusOK))
}

func (g *Gateway) getJoin() handler { return g.withLinks(g.showJoin) }

func (g *Gateway) closeJoin() handler {
	return g.withLinks(command[protocol.CloseJoin](g.hub, http.StatusOK))
}

// linked adds the links to an answer that is a protocol.Join.
func (g *Gateway) withLinks(serve handler) handler {
	return func(ctx context.Context, in *request) (response, error) {
		rep, err := serve(ctx, in)
		if err != nil {
			return response{}, err
		}
		j, replayed, err := restore[protocol.Join](rep.body)
		return response{status: rep.status, replayed: replayed, body: g.linksOf(j)}, err
	}
}

func (g *Gateway) linksOf(j protocol.Join) protocol.JoinLinks {
	secret := ""
	if j.Code != nil {
		secret = g.auth.signer.joinSecret(*j.Code)
	}
	return j.Links(secret)
}
