package api

import (
	"context"
	"fmt"
	"net/http"
	"slices"

	"partyline/gateway/decode"
	"partyline/protocol"
)

// noActiveSession is the answer of sessions.active when there is none.
type noActiveSession struct {
	Session *protocol.Session `json:"session"`
	Message string            `json:"message"`
}

// activeSession is sessions.active. For chat bots it is one line that says what is being
// played.
func (h *Handlers) activeSession(ctx context.Context, in *Request) (Response, error) {
	s, err := h.hub.ActiveSession(ctx)
	if err != nil {
		return Response{}, err
	}
	if s == nil {
		return noSession(in), nil
	}
	rep := Response{Status: http.StatusOK, Body: *s}
	if in.wantsText() {
		games, err := h.hub.SessionGames(ctx, protocol.SessionPart{ID: s.ID})
		if err != nil {
			return Response{}, err
		}
		rep.Text = playingLine(*s, games.Rows, in.Query.Get("room") == "1")
	}
	return rep, nil
}

func noSession(in *Request) Response {
	const sentence = "No active session"
	rep := Response{Status: http.StatusOK, Body: noActiveSession{Message: sentence}}
	if in.wantsText() {
		rep.Text = sentence
	}
	return rep
}

// sessionVotes is sessions.votes. For chat bots it is one line with the games that have
// most votes.
func (h *Handlers) sessionVotes() handler {
	s := decode.ParamsOf[protocol.SessionPart]()
	return func(ctx context.Context, in *Request) (Response, error) {
		var q protocol.SessionPart
		if err := in.decode(&q, s); err != nil {
			return Response{}, err
		}
		if err := q.CheckRanked(); err != nil {
			return Response{}, err
		}
		v, err := h.hub.SessionVotes(ctx, q.ID)
		if err != nil {
			return Response{}, err
		}
		page := protocol.PageOfList(q.PageQuery, v.Votes)
		v.Votes = page.Rows
		rep := pageResponse(in, s, &q.PageQuery, v, len(page.Rows), page.PageInfo)
		if in.wantsText() {
			rep.Text = tallyLine(v)
		}
		return rep, nil
	}
}

// playingLine says what is being played. The room's code is left out unless it is
// requested: readers of the chat would be in the room before the people at the screen.
func playingLine(s protocol.Session, games []protocol.SessionGame, room bool) string {
	newest := slices.IndexFunc(games, func(p protocol.SessionGame) bool { return p.Status == protocol.StatusPlaying })
	if newest < 0 {
		return fmt.Sprintf("Session %d: no game is being played, %d so far", s.ID, s.GamesPlayed)
	}
	p := games[newest]
	line := fmt.Sprintf("Now playing: %s (%s), +%d/-%d. Game %d of session %d", p.Title, p.PackName, p.Upvotes, p.Downvotes, s.GamesPlayed, s.ID)
	if room && p.RoomCode != nil {
		line += ". Room code " + *p.RoomCode
	}
	return line
}

// lineGames is how many games a chat line names: Twitch cuts lines at 500 characters.
const lineGames = 5

func tallyLine(v protocol.SessionVotes) string {
	if len(v.Votes) == 0 {
		return fmt.Sprintf("Session %d: no votes yet", v.SessionID)
	}
	line := fmt.Sprintf("Session %d:", v.SessionID)
	for i, t := range v.Votes[:min(lineGames, len(v.Votes))] {
		if i > 0 {
			line += ","
		}
		line += fmt.Sprintf(" %s %+d (+%d/-%d)", t.Title, t.NetScore, t.Upvotes, t.Downvotes)
	}
	return line
}
