package api

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

// poll is sessions.poll.get. For chat bots the newest poll is one line that says what can
// be voted for, or what has won.
func (h *Handlers) poll() handler {
	newest := get(h.hub.Poll)
	return func(ctx context.Context, in *Request) (Response, error) {
		rep, err := newest(ctx, in)
		if err != nil {
			return rep, err
		}
		p, line := rep.Body.(*protocol.Poll), "No poll in this session yet"
		if p == nil {
			rep.Body = noPoll{Message: line}
		} else {
			line = pollLine(p)
		}
		if in.wantsText() {
			rep.Text = line
		}
		return rep, nil
	}
}

var choiceShape = decode.ParamsOf[protocol.CastPollVote]()

// readChoice is sessions.poll.vote: the choice of a voter whom a bot or an admin names,
// or of a guest, who votes for nobody else.
func (h *Handlers) readChoice(in *Request) (protocol.Command, *protocol.Error) {
	c := new(protocol.CastPollVote)
	if err := in.decode(c, choiceShape); err != nil {
		return nil, err
	}
	c.Username = protocol.NormalizeVoterName(c.Username)
	if in.Principal.Role == protocol.RoleGuest {
		if err := h.guestLimits.AllowVote(in.Client, in.Principal.Device, time.Now()); err != nil {
			return nil, err
		}
		c.Username, c.Device, c.Generation, c.Address, c.VoidCount = in.Principal.Name, in.Principal.Device, in.Principal.Generation, in.Principal.Address, in.Principal.VoidCount
	}
	if err := c.Check(); err != nil {
		return nil, err
	}
	return c, auth.ConfineToSession(in.Principal, &c.ID)
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
