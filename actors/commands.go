package actors

import (
	"context"
	"encoding/json"
	"fmt"

	"partyline/actors/admission"
	"partyline/actors/ledger"
	"partyline/actors/rules/catalogue"
	"partyline/protocol"
)

// Call is a command, with a Key when the client wants it executed at most once.
type Call struct {
	Command protocol.Command
	Key     *Key
}

// Do sends a command and waits for the answer, which comes only when every fact that it tells of
// is on disk. The answer is the protocol's resource for that command, or a json.RawMessage when an
// earlier answer is given again for the Key. When ctx ends first the outcome is unknown.
func (h *Hub) Do(ctx context.Context, c Call) (any, error) {
	if err := c.Command.Check(); err != nil {
		return nil, err
	}
	if batch, ok := c.Command.(*protocol.CastVotes); ok {
		return h.castVotes(ctx, batch, c.Key)
	}
	if vote, ok := c.Command.(*protocol.CastVote); ok && vote.Ticker != "" {
		future := h.caller.Futures.Get()
		h.castByTicker(c, future.Done)
		return future.Wait(ctx)
	}
	c, err := h.enrich(ctx, c)
	if err != nil {
		return nil, err
	}
	answer, err := h.wait(ctx, c)
	if err != nil {
		return nil, err
	}
	return h.withTotals(ctx, c.Command, answer)
}

// Go does what Do does without waiting: done is called exactly once, from an actor's goroutine or
// at once from the caller's, and must not block. It is for the commands that one actor decides
// alone, and for CastVote; AddGame, ImportGames, StartPoll, ImportChat and CastVotes go by Do.
func (h *Hub) Go(c Call, done func(answer any, err *protocol.Error)) {
	if err := c.Command.Check(); err != nil {
		done(nil, err)
		return
	}
	if vote, ok := c.Command.(*protocol.CastVote); ok && vote.Ticker != "" {
		h.castByTicker(c, done)
		return
	}
	h.submit(c, done)
}

// enrich completes a command with games of the catalogue, or with those of its file. They are not
// looked up when the answer is known already, for they may be gone.
func (h *Hub) enrich(ctx context.Context, c Call) (Call, error) {
	var err error
	switch cmd := c.Command.(type) {
	case protocol.AddGame:
		if !h.Answered(ctx, c.Key) {
			cmd.Game, err = h.Game(ctx, cmd.GameID)
			c.Command = cmd
		}
	case protocol.ImportGames:
		// Here and not in the catalogue's actor, which has others to answer.
		file, refusal := catalogue.ReadCSV(cmd.CSVData)
		if refusal != nil {
			return c, refusal
		}
		cmd.Rows, cmd.Lines, cmd.IgnoredColumns = file.Rows, file.Lines, file.Ignored
		c.Command = cmd
	case *protocol.ImportChat:
		c.Command, err = h.withTickerGames(ctx, cmd)
	case protocol.StartPoll:
		if !h.Answered(ctx, c.Key) {
			cmd.Candidates, err = h.candidates(ctx, cmd)
			c.Command = cmd
		}
	}
	return c, err
}

func (h *Hub) wait(ctx context.Context, c Call) (any, error) {
	future := h.caller.Futures.Get()
	h.submit(c, future.Done)
	return future.Wait(ctx)
}

// submit admits a command that was checked, gives a stored answer again, or sends the command to
// the actor that decides it.
func (h *Hub) submit(c Call, done func(answer any, err *protocol.Error)) {
	slots, err := h.caller.Gate.Acquire(admission.ClassOf(c.Command), admission.SlotsFor(c.Command))
	if err != nil {
		done(nil, err)
		return
	}
	cmd := &ledger.Command{Cmd: c.Command, Responder: ledger.Responder{Slots: slots, Done: done}}
	if c.Key != nil && !h.begin(cmd, c.Key) {
		return
	}
	if err = h.env.CheckStorage(); err == nil {
		err = h.send(cmd)
	}
	if err != nil {
		cmd.Respond(nil, err)
	}
}

// send sends a command to the actor that decides it.
func (h *Hub) send(c *ledger.Command) *protocol.Error {
	switch cmd := c.Cmd.(type) {
	case protocol.IssueToken:
		if cmd.SessionID != nil && !h.sessions.Exists(*cmd.SessionID) {
			return protocol.NotFound("Session")
		}
		h.system.Send(h.access, c)
	case protocol.RevokeToken:
		h.system.Send(h.access, c)
	case protocol.SessionCommand:
		return h.sessions.Decide(c, cmd)
	case protocol.CreateWebhook:
		return h.webhooks.Create(c, cmd)
	case protocol.WebhookCommand:
		return h.webhooks.Forward(cmd.Target(), c)
	case protocol.CreateGame, protocol.UpdateGame, protocol.DeleteGame, protocol.ToggleGame,
		protocol.FavorGame, protocol.TogglePack, protocol.FavorPack, protocol.ImportGames, catalogue.Seed:
		h.system.Send(h.catalogue, c)
	default:
		return protocol.Internal()
	}
	return nil
}

// withTotals writes the totals into an answer that is a game, also into a stored one: the answer
// that is stored for a key is the catalogue's, which knows no totals.
func (h *Hub) withTotals(ctx context.Context, c protocol.Command, answer any) (any, error) {
	switch answer := answer.(type) {
	case protocol.Game:
		return h.gameWithTotals(ctx, answer)
	case json.RawMessage:
		if answersGame(c) {
			return h.storedWithTotals(ctx, answer)
		}
	}
	return answer, nil
}

func (h *Hub) gameWithTotals(ctx context.Context, game protocol.Game) (protocol.Game, error) {
	games := []protocol.Game{game}
	err := h.addTotals(ctx, games)
	return games[0], err
}

func (h *Hub) storedWithTotals(ctx context.Context, answer json.RawMessage) (json.RawMessage, error) {
	var game protocol.Game
	if err := json.Unmarshal(answer, &game); err != nil {
		return nil, fmt.Errorf("stored answer: %w", err)
	}
	game, err := h.gameWithTotals(ctx, game)
	if err != nil {
		return nil, err
	}
	return json.Marshal(game)
}

// answersGame says whether the command is answered with a game of the catalogue.
func answersGame(c protocol.Command) bool {
	switch c.(type) {
	case protocol.CreateGame, protocol.UpdateGame, protocol.ToggleGame:
		return true
	}
	return false
}
