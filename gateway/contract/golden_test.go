package contract_test

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// schemaNames maps the golden files of package protocol to the schema that describes each.
// A command holds the parameters of path and query too: requests are open, so they fit.
var schemaNames = map[string]string{
	"add-game": "AddGameRequest", "batch-result": "BatchResult", "cast-vote": "VoteRequest", "cast-votes": "BatchRequest",
	"close-session": "CloseRequest", "create-game": "GameInput", "create-session": "SessionRequest", "create-webhook": "WebhookInput",
	"deleted-session": "DeletedSession", "deleted-webhook": "DeletedWebhook", "delivery": "Delivery", "error": "Error",
	"favor-game": "FavorRequest", "favor-pack": "FavorRequest", "favor-set": "FavorSet", "game": "Game",
	"issue-token": "TokenRequest", "issued-token": "IssuedToken", "login": "Login", "message": "Message",
	"pack": "Pack", "pack-meta": "PackMeta", "pack-toggled": "PackToggled", "pick": "PickRequest", "picked": "Picked",
	"poll": "Poll", "start-poll": "PollRequest", "start-poll-of": "PollRequest", "cast-poll-vote": "PollVote",
	"redelivery-queued": "RedeliveryQueued", "replay-accepted": "ReplayAccepted", "replay-webhook": "ReplayRequest",
	"rotate-secret": "RotateRequest", "session": "Session", "session-game": "SessionGame", "session-votes": "SessionVotes",
	"set-game-status": "StatusRequest", "set-player-count": "PlayerCountRequest", "set-room-code": "RoomCodeRequest",
	"stats": "Stats", "test-sent": "TestSent", "toggle-pack": "PackToggleRequest", "update-game": "GameUpdate",
	"update-webhook": "WebhookUpdate", "verified": "Verified", "vote-accepted": "VoteAccepted", "vote-page": "VotePage",
	"import-games": "CsvImport", "games-imported": "CsvImported", "session-export": "SessionExport",
	"open-join": "JoinRequest", "join": "Join", "join.closed": "Join", "enter-as-guest": "EnterRequest", "guest-login": "GuestLogin",
	"cast-guest-vote": "GuestVoteRequest", "guest-vote-accepted": "GuestVoteAccepted",
	"webhook-health": "WebhookHealth", "webhook-log": "WebhookLog", "webhook-saved": "WebhookSaved", "webhook": "Webhook", "token": "Token",
}

// TestGoldenJSONMatchesTheSchemas: the golden JSON of requests and answers matches the
// schemas. Commands and queries without a body have none.
func TestGoldenJSONMatchesTheSchemas(t *testing.T) {
	t.Parallel()
	schemas, messages := compiler(t), newMessages(t)
	found, err := filepath.Glob(filepath.Join("..", "..", "protocol", "testdata", "messages", "*.json"))
	if err != nil {
		t.Fatal(err)
	}
	checked := 0
	for _, path := range found {
		name := strings.TrimSuffix(filepath.Base(path), ".json")
		b, err := os.ReadFile(path)
		if err != nil {
			t.Fatal(err)
		}
		schema := schemaNames[name]
		switch {
		case strings.HasPrefix(name, "message."):
			messages.check(t, b)
		case name == "file":
			fits(t, schemas, "asyncapi.yaml#/components/schemas/file", parsed(t, string(b)))
		case schema != "":
			fits(t, schemas, "openapi.yaml#/components/schemas/"+schema, parsed(t, string(b)))
		default:
			continue
		}
		checked++
	}
	if checked < 45 {
		t.Errorf("only %d files were checked", checked)
	}
}
