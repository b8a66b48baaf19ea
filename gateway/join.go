package gateway

import (
	"context"
	"fmt"
	"net/http"
	"time"

	"partyline/protocol"
)

// showJoin tells a screen, or whoever else may watch the session, how to join it.
func (g *Gateway) showJoin(ctx context.Context, in *input) (reply, error) {
	var q byID[protocol.SessionID]
	if err := in.read(&q, joinShape); err != nil {
		return reply{}, err
	}
	if err := confine(in.who, &q.ID); err != nil {
		return reply{}, err
	}
	j, err := g.hub.Join(ctx, q.ID)
	return reply{status: http.StatusOK, body: j}, err
}

var joinShape = shapeOf[byID[protocol.SessionID]]()

// arrival is a phone that has come in. It is what is stored under an idempotency key:
// the token is signed from it again, so no secret is stored.
type arrival struct {
	Session    protocol.SessionID   `json:"session"`
	Generation protocol.Generation  `json:"generation"`
	Policy     protocol.JoinPolicy  `json:"policy"`
	Device     string               `json:"device"` // as DeviceID.String has it
	Address    protocol.AddressID   `json:"address"`
	Voids      uint32               `json:"voids"`
	Name       string               `json:"name"`
	Yours      *protocol.YourVote   `json:"yours"`
	Chosen     *protocol.YourChoice `json:"chosen"`
	Iat        int64                `json:"iat"` // seconds since 1970
}

func (a arrival) at() time.Time      { return time.Unix(a.Iat, 0) }
func (a arrival) expires() time.Time { return a.at().Add(protocol.GuestTokenTTL) }

// enter lets a phone in that has the code.
func (g *Gateway) enter(ctx context.Context, in *input) (reply, error) {
	var q protocol.Enter
	if err := in.read(&q, shape{}); err != nil {
		return reply{}, err
	}
	q.Name = protocol.VoterName(q.Name)
	if err := q.Check(); err != nil {
		return reply{}, err
	}
	key, invalid := in.idempotency(q)
	if invalid != nil {
		return reply{}, invalid
	}
	answer, err := g.once(ctx, key, func() (any, error) { return g.arrive(ctx, in, q) })
	if err != nil {
		return reply{}, err
	}
	a, replayed, err := restore[arrival](answer)
	if err != nil {
		return reply{}, err
	}
	body, err := g.entered(a)
	return reply{status: http.StatusOK, body: body, replayed: replayed}, err
}

// arrive finds the session and counts what has to be counted. A code is looked up
// before the limit is asked, and the session only after it: who may not know whether it
// was right cannot tell from the time it took.
func (g *Gateway) arrive(ctx context.Context, in *input, q protocol.Enter) (arrival, error) {
	var none arrival
	code, possible := protocol.FoldJoinCode(q.Code)
	if !possible {
		return none, protocol.NoSuchCode() // a slip of the thumb, and no guess
	}
	now := time.Now()
	session := g.hub.Opens(code)
	if err := g.guests.tried(in.from, code, session != 0, g.guard.mint.vouched(code, q.Secret), now); err != nil {
		return none, err
	}
	e, p, err := g.letIn(ctx, in, session, code, q.Device, now)
	if err == nil {
		g.guests.codes.welcome(in.from, code, now)
	}
	return arrival{Session: e.SessionID, Generation: e.Generation, Policy: e.Policy, Device: p.device.String(), Address: p.address, Voids: p.voids,
		Name: nameOf(q.Name, p.device), Yours: e.Yours, Chosen: e.Chosen, Iat: now.Unix()}, err
}

// letIn counts the phone and asks the session for its entry. It is counted once in each
// session, on its address, whoever has made its pass and however long ago: so it is of no
// use to gather devices. A pass of this session says that it was counted, and so does a
// vote in it. The address that it was counted on, and how often votes had been voided
// until then, go with the phone, wherever it comes from later.
func (g *Gateway) letIn(ctx context.Context, in *input, session protocol.SessionID, code, text string, now time.Time) (protocol.Entry, pass, error) {
	p, ours := g.guard.mint.readPass(text)
	counted := ours && p.session == session
	if !ours {
		p.device = newDevice()
	} else if err := g.guests.touch(p.device, now); err != nil {
		return protocol.Entry{}, p, err
	}
	if ours && !counted {
		e, err := g.hub.Enter(ctx, session, code, p.device)
		if err != nil {
			return e, p, err
		}
		counted = e.Known
	}
	if !counted {
		if err := g.guests.admit(in.from, now); err != nil {
			return protocol.Entry{}, p, err
		}
	}
	e, err := g.hub.Enter(ctx, session, code, p.device)
	if p.session != session {
		p.session, p.address, p.voids = session, g.guard.mint.address(session, in.from), e.Voids
	}
	return e, p, err
}

func (g *Gateway) entered(a arrival) (protocol.Entered, error) {
	device, _ := protocol.ParseDevice(a.Device) // written by arrive
	token, err := g.guard.mint.guest(a)
	return protocol.Entered{Token: token, Role: protocol.RoleGuest, SessionID: a.Session, Name: a.Name, Device: g.guard.mint.pass(pass{device, a.Session, a.Address, a.Voids}),
		Policy: a.Policy, ExpiresAt: protocol.TimestampOf(a.expires()), Yours: a.Yours, Chosen: a.Chosen}, err
}

// nameOf is the guest's name as it gave it, or one made from its device: always the
// same, and friendlier than none.
func nameOf(given string, device protocol.DeviceID) string {
	if given != "" {
		return given
	}
	return fmt.Sprintf("Guest %04X", uint16(device))
}

// readGuestVote is join.vote: whose it is stands in the token.
func (g *Gateway) readGuestVote(in *input) (protocol.Command, *protocol.Error) {
	if err := g.guests.press(in.from, in.who.Device, time.Now()); err != nil {
		return nil, err
	}
	c := new(protocol.CastGuestVote)
	if err := in.read(c, nil); err != nil {
		return nil, err
	}
	who := &in.who
	c.SessionID, c.Generation, c.Device, c.Address, c.Voids, c.Username = who.Session, who.Generation, who.Device, who.Address, who.Voids, who.Name
	return c, nil
}
