package gateway

import (
	"context"
	"fmt"
	"strings"
	"time"

	"partyline/gateway/auth"
	"partyline/gateway/decode"
	"partyline/protocol"
)

// noPoll is the answer of sessions.poll.get before the first.
type noPoll struct {
	Poll    *protocol.Poll `json:"poll"`
	Message string         `json:"message"`
}

// poll is the newest poll of a session. For chat bots it is one line that says what can
// be voted for, or what has won.
func (h *handlers) poll() handler {
	newest := get(h.hub.Poll)
	return func(ctx context.Context, in *request) (response, error) {
		rep, err := newest(ctx, in)
		if err != nil {
			return rep, err
		}
		p, line := rep.body.(*protocol.Poll), "No poll in this session yet"
		if p == nil {
			rep.body = noPoll{Message: line}
		} else {
			line = pollLine(p)
		}
		if in.wantsText() {
			rep.text = line
		}
		return rep, nil
	}
}

var choiceShape = decode.ParamsOf[protocol.CastPollVote]()

// readChoice is sessions.poll.vote: the choice of somebody whom a bot or an admin names,
// or of a guest, who votes for nobody else.
func (h *handlers) readChoice(in *request) (protocol.Command, *protocol.Error) {
	c := new(protocol.CastPollVote)
	if err := in.decode(c, choiceShape); err != nil {
		return nil, err
	}
	c.Username = protocol.NormalizeVoterName(c.Username)
	if in.principal.Role == protocol.RoleGuest {
		if err := h.guestLimits.AllowVote(in.client, in.principal.Device, time.Now()); err != nil {
			return nil, err
		}
		c.Username, c.Device, c.Generation, c.Address, c.VoidCount = in.principal.Name, in.principal.Device, in.principal.Generation, in.principal.Address, in.principal.VoidCount
	}
	if err := c.Check(); err != nil {
		return nil, err
	}
	return c, auth.ConfineToSession(in.principal, &c.ID)
}

func pollLine(p *protocol.Poll) string {
	if p.Status == protocol.StatusCanceled {
		return "The poll was canceled"
	}
	if p.Winner != nil {
		line := fmt.Sprintf("Next: %s (%s), %d of %d votes", p.Winner.Title, p.Winner.PackName, p.Winner.Votes, p.TotalVotes)
		if p.Tie {
			line += ", by the draw"
		}
		return line
	}
	var b strings.Builder
	b.WriteString("What next?")
	for _, c := range p.Candidates {
		fmt.Fprintf(&b, " !%d %s (%d)", c.Choice, c.Title, c.Votes)
	}
	left := (time.Duration(p.RemainingMS) * time.Millisecond).Round(time.Second)
	fmt.Fprintf(&b, ", %d s left", left/time.Second)
	return b.String()
}
