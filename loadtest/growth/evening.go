package growth

import (
	"bytes"
	"context"
	"fmt"
	"net/http"
	"time"

	"partyline/loadtest/oracle"
	"partyline/loadtest/wire"
	"partyline/protocol"
)

const (
	// gamesPlayed is how many games an evening has, of a catalogue of catalogued. The first
	// evening has one more, with rareVotes, which is never played again.
	gamesPlayed, catalogued, rareVotes = 4, 60, 10
	// regulars come to evening after evening, a hundred of them to each.
	regulars, perEvening = 400, 100
	// phones vote in every game of an evening, and half of them change their mind about the last
	// one: five requests are what a phone may send at once.
	phones = 6
	// batch is how many votes a bot sends at once.
	batch = 250
	// deletedEach is how many evenings there are for one that is deleted, tokenEach for one
	// whose bot gets a token of its own.
	deletedEach, tokenEach = 100, 10
	// hugeShare of the votes of a tenth are cast in one evening.
	hugeShare = 20
	// answerWithin is the timeout of a request that casts votes.
	answerWithin = 15 * time.Second
)

// evening is one session of the plan, which is the same for every server.
type evening struct {
	index int
	votes int           // of bots; those of phones come on top
	first oracle.Number // the first of its new voters, who come to no other evening
}

// plan divides votes into evenings of equal size, except for one in each tenth.
func plan(votes, sessions int) []evening {
	all, newcomer := make([]evening, sessions), oracle.Number(regulars)
	tenth, each := sessions/Tenths, votes/sessions
	for i := range all {
		n := each - each/hugeShare
		if i%tenth == tenth/10 {
			n += each * tenth / hugeShare
		}
		all[i] = evening{i, n - phones*gamesPlayed, newcomer}
		newcomer += oracle.Number(n)
	}
	return all
}

// recorded is how many votes the evening adds to the totals.
func (e evening) recorded() int { return e.votes + phones*gamesPlayed }

// voters returns votes from to to of the game, half by regulars, as long as there are some who have
// not voted six times, and else by new ones, who come again in the next games. The timestamps are
// those of a longer evening, as far ahead of the clock as the server allows: a name has one
// vote a second.
func (e evening) voters(dst []oracle.Vote, game, from, to int, began time.Time) []oracle.Vote {
	const rounds, apart = 6, 2 * time.Second
	for i := from; i < to; i++ {
		round, voter := min(i/(2*perEvening), rounds-1), e.first+oracle.Number(i/2+10*game)
		if i%2 == 0 && i < rounds*2*perEvening {
			voter = oracle.Number((e.index*7 + i/2%perEvening) % regulars)
		} else if i >= rounds*2*perEvening {
			voter = e.first + oracle.Number(i)
		}
		at := began.Add(time.Duration(game*rounds+round) * apart)
		dst = append(dst, oracle.Vote{Number: voter, Up: (i+e.index)%3 != 0, Stamp: protocol.TimestampOf(at)})
	}
	return dst
}

// rare returns the votes for the game of the first evening, by new voters who vote for no other.
func (e evening) rare(now time.Time) (votes []oracle.Vote) {
	for i := range rareVotes {
		votes = append(votes, oracle.Vote{Number: e.first + oracle.Number(e.votes-1-i), Up: true, Stamp: protocol.TimestampOf(now)})
	}
	return votes
}

// play holds the evening: games, votes, phones, and its end. It returns the session.
func (h *hub) play(ctx context.Context, e evening) (id protocol.SessionID, err error) {
	session, err := h.client.CreateSession(ctx, fmt.Sprintf("Evening %d", e.index+1))
	if err != nil {
		return 0, err
	}
	id = session.ID
	guests, err := h.guests(ctx, id)
	if err != nil {
		return id, err
	}
	bots, err := wire.NewPoster(ctx, h.server.Addr, "/api/votes/batch", h.client.Token(), answerWithin)
	if err != nil {
		return id, err
	}
	defer func() { _ = bots.Close() }()
	if e.index == 0 {
		if _, err := h.client.AddGame(ctx, id, h.games[catalogued]); err != nil {
			return id, err
		}
		if err := cast(bots, id, e.rare(time.Now())); err != nil {
			return id, err
		}
	}
	for game := range gamesPlayed {
		if err := h.playGame(ctx, e, id, game, bots, guests); err != nil {
			return id, err
		}
	}
	return id, h.end(ctx, e, id)
}

func (h *hub) playGame(ctx context.Context, e evening, id protocol.SessionID, game int, bots *wire.Poster, guests []string) error {
	if _, err := h.client.AddGame(ctx, id, h.games[(e.index*3+game*17)%catalogued]); err != nil {
		return err
	}
	began, n := time.Now(), e.votes/gamesPlayed
	if game == 0 {
		n += e.votes % gamesPlayed
	}
	if e.index == 0 && game == 0 {
		n -= rareVotes
	}
	var votes []oracle.Vote
	for from := 0; from < n; from += batch {
		votes = e.voters(votes[:0], game, from, min(from+batch, n), began)
		if err := cast(bots, id, votes); err != nil {
			return err
		}
	}
	for i, token := range guests {
		if err := h.vote(ctx, token, game == gamesPlayed-1 && i%2 == 0); err != nil {
			return fmt.Errorf("join.vote: %w", err)
		}
	}
	return nil
}

// vote has a phone vote, and maybe change its mind. It connects anew: the games of a huge evening
// last longer than a server keeps a connection on which nothing is asked.
func (h *hub) vote(ctx context.Context, token string, changes bool) error {
	p, err := wire.NewPoster(ctx, h.server.Addr, "/api/join/vote", token, answerWithin)
	if err != nil {
		return err
	}
	defer func() { _ = p.Close() }()
	if err = post(p, []byte(`{"vote":"up"}`), nil); err == nil && changes {
		err = post(p, []byte(`{"vote":"down"}`), nil)
	}
	return err
}

// cast sends votes and wants every one of them to be recorded.
func cast(p *wire.Poster, id protocol.SessionID, votes []oracle.Vote) error {
	body := oracle.AppendBatch(nil, []protocol.SessionID{id}, votes)
	if err := post(p, body, fmt.Appendf(nil, `{"accepted":%d,`, len(votes))); err != nil {
		return fmt.Errorf("votes.batch of session %d: %w", id, err)
	}
	return nil
}

// post wants an answer of status 200 that begins so.
func post(p *wire.Poster, body, begins []byte) error {
	status, answer, err := p.Post(body)
	if err == nil && (status != http.StatusOK || !bytes.HasPrefix(answer, begins)) {
		err = fmt.Errorf("%d %.300s", status, answer)
	}
	return err
}

// guests opens the session for phones, has them join, and returns their tokens.
func (h *hub) guests(ctx context.Context, id protocol.SessionID) (tokens []string, err error) {
	join, err := h.client.OpenJoin(ctx, id, protocol.PolicyLatest)
	for i := 0; i < phones && err == nil; i++ {
		var g protocol.GuestLogin
		err = h.client.Call(ctx, http.MethodPost, "/api/join", protocol.EnterAsGuest{Code: *join.Code}, &g)
		tokens = append(tokens, g.Token)
	}
	return tokens, err
}

// end closes the session, and deletes it or leaves a token.
func (h *hub) end(ctx context.Context, e evening, id protocol.SessionID) error {
	if err := h.client.CloseSession(ctx, id); err != nil {
		return err
	}
	if e.index%deletedEach == deletedEach/2 {
		return h.client.Call(ctx, http.MethodDelete, fmt.Sprintf("/api/sessions/%d", id), nil, nil)
	}
	if e.index%tokenEach == 0 {
		_, err := h.client.IssueToken(ctx, protocol.RoleBot, fmt.Sprintf("bot of evening %d", e.index+1), 0)
		return err
	}
	return nil
}
