package webhook

import (
	"encoding/json"

	"partyline/protocol"
)

// Answer is the answer to a decided command; its facts are applied already.
func (s *State) Answer(cmd protocol.Command, facts []Fact) any {
	switch c := cmd.(type) {
	case protocol.CreateWebhook:
		return protocol.WebhookSaved{Webhook: s.Webhook(), Message: "Webhook created successfully"}
	case protocol.UpdateWebhook:
		return protocol.WebhookSaved{Webhook: s.Webhook(), Message: "Webhook updated successfully"}
	case protocol.RotateSecret:
		return protocol.WebhookSaved{Webhook: s.Webhook(), Message: "Secret rotated successfully"}
	case protocol.DeleteWebhook:
		return protocol.DeletedWebhook{Message: "Webhook deleted successfully", WebhookID: s.id}
	case protocol.TestWebhook:
		return protocol.TestSent{Message: "Test webhook sent", Note: "Check webhook_logs table for delivery status"}
	case protocol.Redeliver:
		return protocol.RedeliveryQueued{Message: "Redelivery queued", WebhookID: s.id, DeliveryID: c.DeliveryID}
	case protocol.ReplayWebhook:
		return s.answerReplay(c, facts)
	case protocol.StopReplay:
		return protocol.ReplayAccepted{Message: "Replay stopped", WebhookID: s.id}
	}
	return nil
}

func (s *State) answerReplay(c protocol.ReplayWebhook, facts []Fact) protocol.ReplayAccepted {
	a := protocol.ReplayAccepted{Message: "Replay started", WebhookID: s.id}
	if len(facts) == 0 {
		a.Message = "Nothing to replay"
	}
	if c.Failed {
		n := len(s.dead)
		a.Deliveries = &n
	}
	return a
}

// Publish appends the sample event of a test to dst; no other fact has an event.
func (s *State) Publish(dst []byte, f Fact, seq protocol.Seq) []byte {
	t, ok := f.(*Tested)
	if !ok {
		return dst
	}
	b, err := json.Marshal(protocol.Event{
		Type: protocol.EventGameAdded, Timestamp: t.At, Seq: seq,
		Data: protocol.GameAdded{
			Session: protocol.EventSession{IsActive: true},
			Game:    protocol.AddedGame{Title: "Test Game", PackName: "Test Pack", MinPlayers: 2, MaxPlayers: 8},
		},
	})
	if err != nil {
		panic("webhook: an event that has no JSON: " + err.Error()) // it holds only texts, numbers and booleans
	}
	return append(dst, b...)
}
