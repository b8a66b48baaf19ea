package gateway

import (
	"context"
	"fmt"
	"net/http"
	"strings"
	"time"

	"partyline/protocol"
)

// noPoll is the answer of sessions.poll.get before the first.
type noPoll struct {
	Poll    *protocol.Poll `json:"poll"`
	Message string         `json:"message"`
}

// poll is the newest poll of a session. For chat bots it is one line that says what can
// be voted for, or what has won.
func (g *Gateway) poll() handler {
	newest := get(g.hub.Poll)
	return func(ctx context.Context, in *input) (reply, error) {
		rep, err := newest(ctx, in)
		if err != nil {
			return rep, err
		}
		p, line := rep.body.(*protocol.Poll), "No poll in this session yet"
		if p == nil {
			rep.body = noPoll{Message: line}
		} else {
			line = pollLine(p, time.Now())
		}
		if in.text() {
			rep.line = line
		}
		return rep, nil
	}
}

// votePoll takes the choice of somebody whom a bot or an admin names, or of a guest, who
// votes for nobody else.
func (g *Gateway) votePoll() handler {
	s := shapeOf[protocol.VotePoll]()
	return func(ctx context.Context, in *input) (reply, error) {
		c := new(protocol.VotePoll)
		if err := in.read(c, s); err != nil {
			return reply{}, err
		}
		if in.who.Role == protocol.RoleGuest {
			if err := g.guests.press(in.from, in.who.Device, time.Now()); err != nil {
				return reply{}, err
			}
			c.Username, c.Device, c.Generation = in.who.Name, in.who.Device, in.who.Generation
		}
		if err := c.Check(); err != nil {
			return reply{}, err
		}
		if err := confine(in.who, &c.ID); err != nil {
			return reply{}, err
		}
		return do(ctx, g.hub, in, c, http.StatusOK)
	}
}

func pollLine(p *protocol.Poll, now time.Time) string {
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
	left := max(0, p.EndsAt.Time().Sub(now).Round(time.Second))
	fmt.Fprintf(&b, ", %d s left", left/time.Second)
	return b.String()
}
