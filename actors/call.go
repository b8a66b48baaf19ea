package actors

import (
	"context"

	"partyline/actors/admission"
	"partyline/actors/catalogue"
	"partyline/actors/ledger"
	"partyline/protocol"
)

// Call is a command, with a Key where the client wants it done at most once.
type Call struct {
	Command protocol.Command
	Key     *Key
}

// Do sends a command and waits for the answer, which leaves only when everything it
// tells of is on disk. The answer is the protocol's resource for that command, or a
// json.RawMessage where an earlier answer is given again for the Key. When ctx ends
// first the outcome is unknown.
func (h *Hub) Do(ctx context.Context, c Call) (any, error) {
	if batch, ok := c.Command.(*protocol.CastVotes); ok {
		return h.castVotes(ctx, batch, c.Key)
	}
	c, err := h.enrich(ctx, c)
	if err != nil {
		return nil, err
	}
	answer, err := h.do(ctx, c)
	if err != nil {
		return nil, err
	}
	return h.withTotals(ctx, c.Command, answer)
}

// completed is the call with what the catalogue knows of its games, and with those that
// it brings. When the answer is
// known already they are not looked up any more, for they may be gone.
func (h *Hub) enrich(ctx context.Context, c Call) (Call, error) {
	var err error
	switch cmd := c.Command.(type) {
	case protocol.AddGame:
		if !h.Answered(ctx, c.Key) {
			cmd.Game, err = h.Game(ctx, cmd.GameID)
			c.Command = cmd
		}
	case protocol.ImportGames:
		c.Command, err = readImport(cmd)
	case protocol.StartPoll:
		if !h.Answered(ctx, c.Key) {
			cmd.Candidates, err = h.candidates(ctx, cmd)
			c.Command = cmd
		}
	}
	return c, err
}

// withRows reads the file here and not in the catalogue's actor.
func readImport(c protocol.ImportGames) (protocol.Command, error) {
	if err := c.Check(); err != nil {
		return nil, err
	}
	rows, ignored, err := catalogue.ReadCSV(c.CSVData)
	if err != nil {
		return nil, err
	}
	c.Rows, c.IgnoredColumns = rows, ignored
	return c, nil
}

func (h *Hub) do(ctx context.Context, c Call) (any, error) {
	w := h.caller.Futures.Get()
	h.Go(c, w.Done)
	return w.Wait(ctx)
}

// Go does what Do does without waiting: done is called exactly once, from an actor's
// goroutine or at once from the caller's, and must not block. It is for the commands
// that one actor decides alone; AddGame, ImportGames, StartPoll and CastVotes go by Do.
func (h *Hub) Go(c Call, done func(answer any, err *protocol.Error)) {
	if err := c.Command.Check(); err != nil {
		done(nil, err)
		return
	}
	pass, err := h.caller.Gate.Acquire(admission.ClassOf(c.Command), admission.SlotsFor(c.Command))
	if err != nil {
		done(nil, err)
		return
	}
	cmd := &ledger.Command{Cmd: c.Command, Responder: ledger.Responder{Slots: pass, Done: done}}
	if c.Key != nil && !h.replay(cmd, c.Key) {
		return
	}
	if err = h.env.CheckStorage(); err == nil {
		err = h.send(cmd)
	}
	if err != nil {
		cmd.Respond(nil, err)
	}
}

// send finds the actor that decides.
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
