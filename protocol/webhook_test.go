package protocol_test

import (
	"encoding/json"
	"strings"
	"testing"
	"time"

	"partyline/protocol"
)

func TestWebhookCommandChecks(t *testing.T) {
	create := func(body string) protocol.Command {
		var c protocol.CreateWebhook
		if err := json.Unmarshal([]byte(body), &c); err != nil {
			t.Fatalf("%s: %v", body, err)
		}
		return c
	}
	update := func(body string) protocol.Command {
		var c protocol.UpdateWebhook
		if err := json.Unmarshal([]byte(body), &c); err != nil {
			t.Fatalf("%s: %v", body, err)
		}
		return c
	}
	known := "Known: session.started, session.join, game.added, game.room-code, player-count.updated, vote.received, poll.started, poll.tally, poll.ended, chat.imported, game.status, game.removed, votes.voided, session.ended, votes.folded, session.deleted, *"
	missing := "Missing required fields: name, url, secret, events"
	for _, tt := range []struct {
		cmd  protocol.Command
		says string
	}{
		{create(`{"name":"Discord Bot","url":"https://example.com/webhook","secret":"mysecret123","events":["game.added"]}`), ""},
		{create(`{"name":"a","url":"http://a","secret":"mysecret123","events":[]}`), ""},
		{create(`{"name":"a","url":"http://a","secret":"mysecret123","events":["*"],"sessions":[1,2],"rate_limit":30}`), ""},
		{create(`{"name":"a","url":"http://a","secret":"whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw","events":["*"]}`), ""},
		{create(`{}`), missing},
		{create(`{"name":"","url":"http://a","secret":"mysecret123","events":[]}`), missing},
		{create(`{"name":"a","url":"http://a","secret":"","events":[]}`), missing},
		{create(`{"name":"a","url":"http://a","secret":"mysecret123"}`), missing},
		{create(`{"name":"a","url":"http://a","secret":"mysecret123","events":null}`), missing},
		{create(`{"url":"http://a","secret":"mysecret123","events":"game.added"}`), missing},
		{create(`{"name":"a","url":"http://a","secret":"mysecret123","events":"game.added"}`), "events must be an array"},
		{create(`{"name":"a","url":"http://a","secret":"mysecret123","events":{"0":"game.added"}}`), "events must be an array"},
		{create(`{"name":"a","url":"http://a","secret":"mysecret123","events":["game.added","x"]}`), "Unknown event type: x. " + known},
		{create(`{"name":"a","url":"http://a","secret":"mysecret123","events":[1]}`), "Unknown event type: 1. " + known},
		{create(`{"name":"a","url":"http://a","secret":"mysecret123","events":[null]}`), "Unknown event type: null. " + known},
		{create(`{"name":"a","url":"not a url","secret":"mysecret123","events":[]}`), "Invalid URL format"},
		{create(`{"name":"a","url":"ftp://a/b","secret":"mysecret123","events":[]}`), "Invalid URL format"},
		{create(`{"name":"a","url":"https://","secret":"mysecret123","events":[]}`), "Invalid URL format"},
		{create(`{"name":"a","url":"https://me:pw@a/","secret":"mysecret123","events":[]}`), "Invalid URL format"},
		{create(`{"name":"a","url":"https://a/` + strings.Repeat("b", 2048) + `","secret":"mysecret123","events":[]}`), "url must be at most 2048 bytes"},
		{create(`{"name":"` + strings.Repeat("b", 201) + `","url":"https://a","secret":"mysecret123","events":[]}`), "name must be 1 to 200 characters"},
		{create(`{"name":"a","url":"https://a","secret":"` + strings.Repeat("b", 257) + `","events":[]}`), "secret must be 8 to 256 bytes"},
		{create(`{"name":"a","url":"https://a","secret":"whsec_==","events":[]}`), "secret must have a key of at least 8 bytes after whsec_"},
		{create(`{"name":"a","url":"https://a","secret":"mysecret123","events":[],"rate_limit":0}`), "rate_limit must be between 1 and 60000 attempts a minute"},
		{create(`{"name":"a","url":"https://a","secret":"mysecret123","events":[],"sessions":[0]}`), "sessions must be a list of positive integers"},
		{update(`{}`), "No fields to update"},
		{update(`{"colour":"red"}`), "No fields to update"},
		{update(`{"name":"Discord Bot Updated","enabled":true}`), ""},
		{update(`{"rate_limit":null}`), ""},
		{update(`{"sessions":null}`), ""},
		{update(`{"url":"nope"}`), "Invalid URL format"},
		{update(`{"events":"x"}`), "events must be an array"},
		{update(`{"events":["y"]}`), "Unknown event type: y. " + known},
		{update(`{"secret":""}`), "secret must be 8 to 256 bytes"},
		{update(`{"name":""}`), "name must be 1 to 200 characters"},
		{protocol.RotateSecret{}, "secret is required"},
		{protocol.RotateSecret{Secret: "seven77"}, "secret must be 8 to 256 bytes"},
		{protocol.RotateSecret{Secret: "eight888"}, ""},
		{update(`{"secret":"whsec_c2V2ZW43Nw=="}`), "secret must have a key of at least 8 bytes after whsec_"},
		{update(`{"secret":"whsec_ZWlnaHQ4ODg="}`), ""},
		{update(`{"secret":"whsec_no base64"}`), ""},
		{protocol.RotateSecret{Secret: "mysecret456", Overlap: new(protocol.Duration(32 * 24 * time.Hour))}, "overlap must be between 0 seconds and 31 days"},
		{protocol.RotateSecret{Secret: "mysecret456", Overlap: new(protocol.Duration(0))}, ""},
		{protocol.Redeliver{}, "deliveryId must be a positive integer"},
		{protocol.ReplayWebhook{}, `Give either "since" or "failed": true`},
		{protocol.ReplayWebhook{Failed: true, Since: new(protocol.Timestamp(1))}, `Give either "since" or "failed": true`},
		{protocol.ReplayWebhook{Failed: true}, ""},
	} {
		err := tt.cmd.Check()
		if tt.says == "" && err != nil || tt.says != "" && (err == nil || err.Message != tt.says || err.Code != protocol.CodeInvalid) {
			t.Errorf("%+v: %v, want %q", tt.cmd, err, tt.says)
		}
	}
}

// TestWebhookJSONFollowsTheReference: the fields of the reference API have its names and
// order, and the secret is absent.
func TestWebhookJSONFollowsTheReference(t *testing.T) {
	hook := protocol.Webhook{
		ID: 1, Name: "Discord Bot", URL: "https://example.com/webhook", Events: []protocol.EventType{"game.added"}, Enabled: true,
		CreatedAt: 1705320000000, Sessions: []protocol.SessionID{}, State: protocol.WebhookHealthy,
	}
	ok := 200
	row := protocol.WebhookLog{ID: 1, WebhookID: 5, EventType: "game.added", Payload: json.RawMessage(`{"session":{"id":3}}`), ResponseStatus: &ok, CreatedAt: 1705320000000}
	for _, tt := range []struct {
		value any
		want  string
	}{
		{hook, `{"id":1,"name":"Discord Bot","url":"https://example.com/webhook","events":["game.added"],"enabled":true,"created_at":"2024-01-15T12:00:00.000Z",`},
		{protocol.DeletedWebhook{Message: "Webhook deleted successfully", WebhookID: 5}, `{"message":"Webhook deleted successfully","webhookId":5}`},
		{row, `{"id":1,"webhook_id":5,"event_type":"game.added","payload":{"session":{"id":3}},"response_status":200,"error_message":null,"created_at":"2024-01-15T12:00:00.000Z",`},
		{protocol.WebhookLog{}, `{"id":0,"webhook_id":0,"event_type":"","payload":null,"response_status":null,`},
	} {
		b, err := json.Marshal(tt.value)
		if err != nil || !strings.HasPrefix(string(b), tt.want) || strings.Contains(string(b), "secret") {
			t.Errorf("got  %s %v\nwant %s", b, err, tt.want)
		}
	}
}

func TestWebhookQueriesHaveDefaultsAndLimits(t *testing.T) {
	logs, deliveries := protocol.WebhookLogFilter{}, protocol.DeliveryFilter{}
	if err := logs.Check(); err != nil || logs.Limit != 50 {
		t.Errorf("%+v %v", logs, err)
	}
	if err := deliveries.Check(); err != nil || deliveries.Limit != 50 {
		t.Errorf("%+v %v", deliveries, err)
	}
	for _, limit := range []protocol.RowLimit{-1, 1001} {
		if err := (&protocol.WebhookLogFilter{PageQuery: protocol.PageQuery{Limit: limit}}).Check(); err == nil {
			t.Errorf("limit %d", limit)
		}
	}
	for _, f := range []protocol.DeliveryFilter{{PageQuery: protocol.PageQuery{Limit: 101}}, {Status: "lost"}, {DeliveryID: -1}} {
		if f.Check() == nil {
			t.Errorf("%+v", f)
		}
	}
}

func TestEventListMarshalsItsTypes(t *testing.T) {
	b, err := json.Marshal(protocol.CreateWebhook{Events: protocol.NewEventList("a", "b")})
	if err != nil || !strings.Contains(string(b), `"events":["a","b"]`) {
		t.Fatalf("%s %v", b, err)
	}
}
