package delivery

import (
	"context"
	"errors"
	"sort"
	"time"

	"partyline/actors/ledger"
	"partyline/actors/rules/webhook"
	"partyline/persistence"
	"partyline/protocol"
)

// handleCommands handles the commands of clients that have come, in order. While the state is
// to be loaded again and a write has no outcome yet they wait: what enrich adds depends on the
// state in which they are decided.
func (a *webhookActor) handleCommands() {
	for len(a.commands) > 0 {
		if a.MustReload() {
			a.ReleaseDurable()
		}
		if a.MustReload() && !a.Quiescent() {
			return
		}
		c := a.commands[0]
		a.commands = a.commands[1:]
		a.handleCommand(c)
	}
}

// handleCommand answers a command whatever happens: a panic of enrich answers it, too.
func (a *webhookActor) handleCommand(c *ledger.Command) {
	handled := false
	defer func() {
		if !handled {
			c.Respond(nil, protocol.Internal())
		}
	}()
	if a.enrich(c) {
		a.Handle(c)
	}
	handled = true
}

// refuseCommands answers the commands that wait when the actor ends.
func (a *webhookActor) refuseCommands() {
	for _, c := range a.commands {
		c.Respond(nil, protocol.ShuttingDown())
	}
	a.commands = nil
}

// enrich adds what a command must know of the journal, and has the registry updated before
// the client gets the answer. It reports false when the command is answered already.
func (a *webhookActor) enrich(c *ledger.Command) bool {
	switch cmd := c.Cmd.(type) {
	case protocol.CreateWebhook:
		cmd.Head = protocol.DeliveryID(a.Journal.Head())
		c.Cmd = cmd
		a.leave(starting)
	case protocol.UpdateWebhook:
		cmd.Head = a.matchedThrough()
		c.Cmd = cmd
		// Before the filter changes: see checkpoint.go. What waits is found in the journal.
		a.inbox.Unsubscribe()
	case protocol.ReplayWebhook:
		cmd.Until = a.matchedThrough()
		if cmd.Since != nil {
			cmd.From = a.lastBefore(*cmd.Since, cmd.Until)
		}
		c.Cmd = cmd
	case protocol.Redeliver:
		if err := a.checkStored(cmd.DeliveryID); err != nil {
			c.Respond(nil, err)
			return false
		}
	}
	done := c.Done
	c.Done = func(answer any, err *protocol.Error) {
		if saved, ok := answer.(protocol.WebhookSaved); ok {
			a.service.registry.set(saved.Webhook)
		}
		done(answer, err)
	}
	return true
}

// checkStored returns an error when the delivery's event is not stored.
func (a *webhookActor) checkStored(id protocol.DeliveryID) *protocol.Error {
	_, err := a.fetch(id)
	switch {
	case err == nil:
		return nil
	case errors.Is(err, errNoEvent):
		return protocol.NotFound("Delivery")
	}
	return ledger.ToClient(err)
}

// matchedThrough is a position up to which everything was matched with the present filter:
// events behind it that match are not delivered yet. The inbox is given the present filter
// first: it has an earlier one when that was changed while the webhook was busy.
func (a *webhookActor) matchedThrough() protocol.DeliveryID {
	if a.MustReload() || !a.State.Exists() {
		return 0
	}
	const live = webhook.SourceLive
	switch d := a.State.Head(); {
	case !a.State.Enabled():
		return max(a.State.Cursor(), a.inbox.Done())
	case a.attempt.number != 0 && a.attempt.record.Source == live:
		return a.attempt.record.Delivery - 1
	case a.unsaved != nil && a.unsaved.Source == live:
		return a.unsaved.Delivery - 1
	case d != nil && d.Source == live:
		return d.Delivery - 1
	}
	a.syncFilter()
	return a.inbox.MatchedThrough()
}

// lastBefore finds the last position, at most most, that was written before a time. Times
// never go back along the global order, so it is a binary search.
func (a *webhookActor) lastBefore(t protocol.Timestamp, most protocol.DeliveryID) protocol.DeliveryID {
	n := sort.Search(int(most), func(i int) bool {
		at, ok := timeOf(a.Journal, protocol.DeliveryID(i+1))
		return !ok || protocol.TimestampOf(at) >= t
	})
	return protocol.DeliveryID(n)
}

// timeOf is when the record at a position, or the next one that is still stored, was
// written.
func timeOf(j persistence.Journal, id protocol.DeliveryID) (time.Time, bool) {
	ctx, cancel := context.WithTimeout(context.Background(), ledger.ReadTimeout)
	defer cancel()
	for rec, err := range persistence.SkipDamaged(ctx, j, persistence.Position(id)-1, func(*persistence.Damage) {}) {
		return rec.Time, err == nil
	}
	return time.Time{}, false
}
