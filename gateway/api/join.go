package api

import (
	"context"
	"net/http"
	"time"

	"partyline/gateway/auth"
	"partyline/gateway/decode"
	"partyline/gateway/limit"
	"partyline/protocol"
)

// guests serve what phones need to join a session, and what the host and screens need to
// invite them.
type guests struct {
	hub    Hub
	auth   *auth.Authenticator
	limits *limit.Guests
}

// showJoin is sessions.join.get: it tells a screen, or whoever else may watch the
// session, how to join it.
func (g *guests) showJoin(ctx context.Context, in *Request) (Response, error) {
	var q byID[protocol.SessionID]
	if err := in.decode(&q, joinShape); err != nil {
		return Response{}, err
	}
	if err := auth.ConfineToSession(in.Principal, &q.ID); err != nil {
		return Response{}, err
	}
	j, err := g.hub.Join(ctx, q.ID)
	return Response{Status: http.StatusOK, Body: j}, err
}

var joinShape = decode.ParamsOf[byID[protocol.SessionID]]()

// guestGrant is what a guest was granted. It is what is stored under an idempotency key:
// the token is signed from it again, so no secret is stored.
type guestGrant struct {
	Session    protocol.SessionID      `json:"session"`
	Generation protocol.JoinGeneration `json:"generation"`
	Policy     protocol.JoinPolicy     `json:"policy"`
	Device     string                  `json:"device"` // as DeviceID.String has it
	Address    protocol.AddressID      `json:"address"`
	Voids      uint32                  `json:"voids"`
	Name       string                  `json:"name"`
	Yours      *protocol.YourVote      `json:"yours"`
	Chosen     *protocol.YourChoice    `json:"chosen"`
	Iat        int64                   `json:"iat"` // seconds since 1970
}

func (a guestGrant) at() time.Time      { return time.Unix(a.Iat, 0) }
func (a guestGrant) expires() time.Time { return a.at().Add(protocol.GuestTokenTTL) }

// joinSession is join.enter: it makes a guest of a phone that has the code.
func (g *guests) joinSession(ctx context.Context, in *Request) (Response, error) {
	var q protocol.EnterAsGuest
	if err := in.decode(&q, decode.Params{}); err != nil {
		return Response{}, err
	}
	q.Name = protocol.NormalizeVoterName(q.Name)
	if err := q.Check(); err != nil {
		return Response{}, err
	}
	key, invalid := in.callKey(q)
	if invalid != nil {
		return Response{}, invalid
	}
	answer, err := once(ctx, g.hub, key, func() (any, error) { return g.grantGuest(ctx, in, q) })
	if err != nil {
		return Response{}, err
	}
	a, replayed, err := restore[guestGrant](answer)
	if err != nil {
		return Response{}, err
	}
	body, err := g.signGrant(a)
	return Response{Status: http.StatusOK, Body: body, Replayed: replayed}, err
}

// grantGuest finds the session of the code and counts the limits. The code is looked up
// before the limit is asked, and the session only after it: an address that may not know
// whether the code was right cannot tell from the time it took.
func (g *guests) grantGuest(ctx context.Context, in *Request, q protocol.EnterAsGuest) (guestGrant, error) {
	var none guestGrant
	code, possible := protocol.NormalizeJoinCode(q.Code)
	if !possible {
		return none, protocol.NoSuchCode() // a typing error, which is no guess
	}
	now := time.Now()
	session := g.hub.Opens(code)
	if err := g.limits.AllowCode(in.Client, code, session != 0, g.auth.Signer.JoinSecretValid(code, q.Secret), now); err != nil {
		return none, err
	}
	e, p, err := g.admitGuest(ctx, in, session, code, q.Device, now)
	if err == nil {
		g.limits.Admitted(in.Client, code, now)
	}
	return guestGrant{Session: e.SessionID, Generation: e.Generation, Policy: e.Policy, Device: p.Device.String(), Address: p.Address, Voids: p.Voids,
		Name: auth.GuestName(q.Name, p.Device), Yours: e.Yours, Chosen: e.Chosen, Iat: now.Unix()}, err
}

// admitGuest counts the phone and asks the session for the guest's state. A phone is
// counted once in each session, on its address, whoever has made its device token and
// however long ago: so it is of no use to collect devices. A device token of this session
// shows that it was counted, and so does a vote in it. The address that it was counted
// on, and how often votes had been voided until then, go with the phone, wherever it
// connects from later.
func (g *guests) admitGuest(ctx context.Context, in *Request, session protocol.SessionID, code, text string, now time.Time) (protocol.GuestState, auth.DeviceToken, error) {
	p, ours := g.auth.Signer.ParseDevice(text)
	counted := ours && p.Session == session
	if !ours {
		p.Device = auth.NewDevice()
	} else if err := g.limits.AllowDevice(p.Device, now); err != nil {
		return protocol.GuestState{}, p, err
	}
	if ours && !counted {
		e, err := g.hub.Enter(ctx, session, code, p.Device)
		if err != nil {
			return e, p, err
		}
		counted = e.HasVoted
	}
	if !counted {
		if err := g.limits.AllowJoin(in.Client, now); err != nil {
			return protocol.GuestState{}, p, err
		}
	}
	e, err := g.hub.Enter(ctx, session, code, p.Device)
	if p.Session != session {
		p.Session, p.Address, p.Voids = session, g.auth.Signer.AddressID(session, in.Client), e.VoidCount
	}
	return e, p, err
}

// signGrant signs the guest's token and its device token.
func (g *guests) signGrant(a guestGrant) (protocol.GuestLogin, error) {
	device, _ := protocol.ParseDeviceID(a.Device) // written by arrive
	token, err := g.auth.Signer.SignGuest(auth.Guest{Session: a.Session, Generation: a.Generation, Device: device, Address: a.Address, Voids: a.Voids, Name: a.Name, At: a.at()})
	return protocol.GuestLogin{Token: token, Role: protocol.RoleGuest, SessionID: a.Session, Name: a.Name, Device: g.auth.Signer.SignDevice(auth.DeviceToken{Device: device, Session: a.Session, Address: a.Address, Voids: a.Voids}),
		Policy: a.Policy, ExpiresAt: protocol.TimestampOf(a.expires()), Yours: a.Yours, Chosen: a.Chosen}, err
}

func (g *guests) openJoin() handler {
	return g.withLinks(command[protocol.OpenJoin](g.hub, http.StatusOK))
}

func (g *guests) getJoin() handler { return g.withLinks(g.showJoin) }

func (g *guests) closeJoin() handler {
	return g.withLinks(command[protocol.CloseJoin](g.hub, http.StatusOK))
}

// withLinks adds the links to an answer that is a protocol.Join.
func (g *guests) withLinks(serve handler) handler {
	return func(ctx context.Context, in *Request) (Response, error) {
		rep, err := serve(ctx, in)
		if err != nil {
			return Response{}, err
		}
		j, replayed, err := restore[protocol.Join](rep.Body)
		return Response{Status: rep.Status, Replayed: replayed, Body: g.linksOf(j)}, err
	}
}

func (g *guests) linksOf(j protocol.Join) protocol.JoinLinks {
	secret := ""
	if j.Code != nil {
		secret = g.auth.Signer.JoinSecret(*j.Code)
	}
	return j.Links(secret)
}
