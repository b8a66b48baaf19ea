package gateway

import (
	"io"
	"net/http"
	"net/netip"
	"net/url"

	"partyline/actors"
	"partyline/protocol"
)

// input is what an operation was asked with, by REST or by a request frame.
type input struct {
	at  *endpoint
	who protocol.Principal
	// issued is when the token was made, in seconds since 1970, 0 without a token.
	issued int64
	// raw is the body or the frame's data: one JSON object, or nothing. It is valid
	// until the handler returns.
	raw []byte
	// whole is a body that is one parameter as it is; raw is nothing then.
	whole []byte
	// body is that of an operation that reads it as it comes, nil when there is none; raw
	// is nothing then.
	body io.Reader
	// path and query are of REST; nil for frames, where raw has all parameters by name.
	path  func(name string) string
	query url.Values
	// key is the idempotency key, empty for none.
	key string
	// from is the client's address.
	from netip.Addr
}

// take takes the body of a request. Where the body can be a parameter the others may
// stand in the query, and win over those of a JSON body.
func (in *input) take(r *http.Request, body []byte) *protocol.Error {
	raw, err := in.at.medium(r.Header.Get("Content-Type"), len(body) == 0)
	switch {
	case err != nil:
		return err
	case raw:
		in.whole = body
	default:
		in.raw = body
	}
	if in.at.Raw != "" {
		in.query = r.URL.Query()
	}
	return nil
}

// stream takes the body of a request that is read as it comes.
func (in *input) stream(w http.ResponseWriter, r *http.Request) (err *protocol.Error) {
	if in.body, err = streamBody(w, r, in.at.bodyLimit()); err != nil {
		return err
	}
	_, err = in.at.medium(r.Header.Get("Content-Type"), in.body == nil)
	return err
}

// read fills v, whose fields s knows, from all places where parameters can stand. A
// parameter of the path beats a body field of the same name.
func (in *input) read(v any, s shape) *protocol.Error {
	raw := in.raw
	if in.path != nil {
		raw = without(raw, in.at.params)
	}
	if err := decode(raw, v); err != nil {
		return err
	}
	if in.whole != nil {
		if err := s.set(v, in.at.Raw, string(in.whole)); err != nil {
			return err
		}
	}
	if err := in.readQuery(v, s); err != nil {
		return err
	}
	for _, name := range in.at.params {
		if err := in.readParam(v, s, name); err != nil {
			return err
		}
	}
	return nil
}

func (in *input) readQuery(v any, s shape) *protocol.Error {
	for name, values := range in.query {
		if last := values[len(values)-1]; last != "" {
			if err := s.set(v, name, last); err != nil {
				return err
			}
		}
	}
	return nil
}

// readParam wants every parameter of the path, also of a request frame.
func (in *input) readParam(v any, s shape, name string) *protocol.Error {
	if in.path != nil {
		if err := s.set(v, name, in.path(name)); err != nil {
			return err
		}
	}
	return s.need(v, name)
}

// idempotency makes the key of a call, nil when the client gave none. What the
// request means is its fingerprint, not how it was written: a retry may come by the
// other way, or with its fields in another order.
func (in *input) idempotency(request any) (*actors.Key, *protocol.Error) {
	if in.key == "" {
		return nil, nil
	}
	// Each key is a synced write and a day of storage. Those without a token can only
	// log in, join and have a game drawn, which there is no harm in doing twice; and
	// anybody with the code on the screen is a guest.
	if in.who.Role == "" || in.who.Role == protocol.RoleGuest && in.at.Access == protocol.AccessAnyone {
		return nil, checkKey(in.key)
	}
	if err := checkKey(in.key); err != nil {
		return nil, err
	}
	return &actors.Key{Scope: in.at.Op + "/" + scope(in.who), Name: in.key, Fingerprint: fingerprint(in.at.Op, request),
		FactsOnly: in.who.Role == protocol.RoleGuest}, nil
}

// text says that one line of plain text is wanted: chat bots can only GET and show
// what they get.
func (in *input) text() bool { return in.query.Get("format") == "text" }
