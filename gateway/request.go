package gateway

import (
	"io"
	"net/http"
	"net/netip"
	"net/url"

	"partyline/actors"
	"partyline/gateway/decode"
	"partyline/protocol"
)

// input is what an operation was asked with, by REST or by a request frame.
type request struct {
	endpoint  *endpoint
	principal protocol.Principal
	// issued is when the token was made, in seconds since 1970, 0 without a token.
	issuedAt int64
	// raw is the body or the frame's data: one JSON object, or nothing. It is valid
	// until the handler returns.
	raw []byte
	// whole is a body that is one parameter as it is; raw is nothing then.
	rawBody []byte
	// body is that of an operation that reads it as it comes, nil when there is none; raw
	// is nothing then.
	stream io.Reader
	// path and query are of REST; nil for frames, where raw has all parameters by name.
	pathValue func(name string) string
	query     url.Values
	// key is the idempotency key, empty for none.
	key string
	// from is the client's address.
	client netip.Addr
}

// take takes the body of a request. Where the body can be a parameter the others may
// stand in the query, and win over those of a JSON body.
func (in *request) setBody(r *http.Request, body []byte) *protocol.Error {
	raw, err := in.endpoint.checkContentType(r.Header.Get("Content-Type"), len(body) == 0)
	switch {
	case err != nil:
		return err
	case raw:
		in.rawBody = body
	default:
		in.raw = body
	}
	if in.endpoint.RawParam != "" {
		in.query = r.URL.Query()
	}
	return nil
}

// stream takes the body of a request that is read as it comes.
func (in *request) setStream(w http.ResponseWriter, r *http.Request) (err *protocol.Error) {
	if in.stream, err = streamBody(w, r, in.endpoint.bodyLimit()); err != nil {
		return err
	}
	_, err = in.endpoint.checkContentType(r.Header.Get("Content-Type"), in.stream == nil)
	return err
}

// read fills v, whose fields s knows, from all places where parameters can stand. A
// parameter of the path beats a body field of the same name.
func (in *request) decode(v any, s decode.Params) *protocol.Error {
	raw := in.raw
	if in.pathValue != nil {
		raw = decode.WithoutFields(raw, in.endpoint.params)
	}
	if err := decode.Object(raw, v); err != nil {
		return err
	}
	if in.rawBody != nil {
		if err := s.Set(v, in.endpoint.RawParam, string(in.rawBody)); err != nil {
			return err
		}
	}
	if err := in.decodeQuery(v, s); err != nil {
		return err
	}
	for _, name := range in.endpoint.params {
		if err := in.decodePathValue(v, s, name); err != nil {
			return err
		}
	}
	return nil
}

func (in *request) decodeQuery(v any, s decode.Params) *protocol.Error {
	for name, values := range in.query {
		if last := values[len(values)-1]; last != "" {
			if err := s.Set(v, name, last); err != nil {
				return err
			}
		}
	}
	return nil
}

// readParam wants every parameter of the path, also of a request frame.
func (in *request) decodePathValue(v any, s decode.Params, name string) *protocol.Error {
	if in.pathValue != nil {
		if err := s.Set(v, name, in.pathValue(name)); err != nil {
			return err
		}
	}
	return s.Require(v, name)
}

// idempotency makes the key of a call, nil when the client gave none. What the
// request means is its fingerprint, not how it was written: a retry may come by the
// other way, or with its fields in another order.
func (in *request) callKey(request any) (*actors.Key, *protocol.Error) {
	if in.key == "" {
		return nil, nil
	}
	// Each key is a synced write and a day of storage. Those without a token can only
	// log in, join and have a game drawn, which there is no harm in doing twice; and
	// anybody with the code on the screen is a guest.
	if in.principal.Role == "" || in.principal.Role == protocol.RoleGuest && in.endpoint.Access == protocol.AccessAnyone {
		return nil, checkIdempotencyKey(in.key)
	}
	if err := checkIdempotencyKey(in.key); err != nil {
		return nil, err
	}
	return &actors.Key{Scope: in.endpoint.Op + "/" + keyScope(in.principal), Name: in.key, Fingerprint: fingerprint(in.endpoint.Op, request),
		FactsOnly: in.principal.Role == protocol.RoleGuest}, nil
}

// text says that one line of plain text is wanted: chat bots can only GET and show
// what they get.
func (in *request) wantsText() bool { return in.query.Get("format") == "text" }
