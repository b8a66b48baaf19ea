package api

import (
	"io"
	"net/http"
	"net/netip"
	"net/url"

	"partyline/actors"
	"partyline/gateway/decode"
	"partyline/protocol"
)

// Request is what an operation is requested with, by REST or by WebSocket.
type Request struct {
	Endpoint  *Endpoint
	Principal protocol.Principal
	// IssuedAt is when the token was made, in seconds since 1970, 0 without a token.
	IssuedAt int64
	// Raw is the body, or the data of a request by WebSocket: one JSON object, or
	// nothing. It is valid until the handler returns.
	Raw []byte
	// rawBody is a body that is one parameter as it is; Raw is nothing then.
	rawBody []byte
	// stream is the body of an operation that reads it as it comes, nil when there is
	// none; Raw is nothing then.
	stream io.Reader
	// Path and Query are of REST; nil by WebSocket, where Raw has all parameters by name.
	Path  PathValues
	Query url.Values
	// Key is the idempotency key, empty for none.
	Key string
	// Client is the client's address.
	Client netip.Addr
}

// PathValues are the parameters that stand in the path; *http.Request has them.
type PathValues interface{ PathValue(name string) string }

// SetBody takes a body that has been read. Where the body can be one parameter the others
// may stand in the query, and win over those of a JSON body.
func (in *Request) SetBody(r *http.Request, body []byte) *protocol.Error {
	raw, err := in.Endpoint.checkContentType(r.Header.Get("Content-Type"), len(body) == 0)
	switch {
	case err != nil:
		return err
	case raw:
		in.rawBody = body
	default:
		in.Raw = body
	}
	if in.Endpoint.RawParam != "" {
		in.Query = r.URL.Query()
	}
	return nil
}

// SetStream takes a body that the handler reads as it comes.
func (in *Request) SetStream(w http.ResponseWriter, r *http.Request) (err *protocol.Error) {
	if in.stream, err = streamBody(w, r, in.Endpoint.BodyLimit()); err != nil {
		return err
	}
	_, err = in.Endpoint.checkContentType(r.Header.Get("Content-Type"), in.stream == nil)
	return err
}

// decode fills v, whose fields s knows, from body, query and path. A parameter of the
// path wins over a body field of the same name.
func (in *Request) decode(v any, s decode.Params) *protocol.Error {
	raw := in.Raw
	if in.Path != nil {
		raw = decode.WithoutFields(raw, in.Endpoint.params)
	}
	if err := decode.Object(raw, v); err != nil {
		return err
	}
	if in.rawBody != nil {
		if err := s.Set(v, in.Endpoint.RawParam, string(in.rawBody)); err != nil {
			return err
		}
	}
	if err := in.decodeQuery(v, s); err != nil {
		return err
	}
	for _, name := range in.Endpoint.params {
		if err := in.decodePathValue(v, s, name); err != nil {
			return err
		}
	}
	return nil
}

func (in *Request) decodeQuery(v any, s decode.Params) *protocol.Error {
	for name, values := range in.Query {
		if last := values[len(values)-1]; last != "" {
			if err := s.Set(v, name, last); err != nil {
				return err
			}
		}
	}
	return nil
}

// decodePathValue requires every parameter of the path, also by WebSocket.
func (in *Request) decodePathValue(v any, s decode.Params, name string) *protocol.Error {
	if in.Path != nil {
		if err := s.Set(v, name, in.Path.PathValue(name)); err != nil {
			return err
		}
	}
	return s.Require(v, name)
}

// callKey is the idempotency key of a call to the hub, nil when the client gave none. Its
// fingerprint covers what the request means, not how it was written: a retry may come by
// the other way, or with its fields in another order.
func (in *Request) callKey(request any) (*actors.Key, *protocol.Error) {
	if in.Key == "" {
		return nil, nil
	}
	// Each key is a synced write and a day of storage. Those without a token can only
	// log in, join and have a game drawn, which there is no harm in doing twice; and
	// anybody with the code on the screen is a guest.
	if in.Principal.Role == "" || in.Principal.Role == protocol.RoleGuest && in.Endpoint.Access == protocol.AccessAnyone {
		return nil, checkIdempotencyKey(in.Key)
	}
	if err := checkIdempotencyKey(in.Key); err != nil {
		return nil, err
	}
	return &actors.Key{Scope: in.Endpoint.Op + "/" + keyScope(in.Principal), Name: in.Key, Fingerprint: fingerprint(in.Endpoint.Op, request),
		FactsOnly: in.Principal.Role == protocol.RoleGuest}, nil
}

// wantsText says that one line of plain text is requested: chat bots can only GET and
// show what they get.
func (in *Request) wantsText() bool { return in.Query.Get("format") == "text" }
