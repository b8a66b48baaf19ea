package protocol_test

import (
	"bytes"
	"encoding/json"
	"flag"
	"go/ast"
	"go/parser"
	"go/token"
	"maps"
	"os"
	"path/filepath"
	"reflect"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"partyline/protocol"
)

var update = flag.Bool("update", false, "rewrite testdata/messages; review the difference before you commit it")

func ptr[T any](v T) *T { return &v }

// serverMessages are the answers and messages that the server sends.
func serverMessages() map[string]any {
	game := protocol.Game{ID: 42, PackName: "Jackbox Party Pack 7", Title: "Quiplash 3", MinPlayers: 3, MaxPlayers: 8, LengthMinutes: ptr(18),
		HasAudience: true, GameType: ptr("Writing"), Ticker: ptr("QPL3"), PlayCount: 2, PopularityScore: 9, Upvotes: 11, Downvotes: 2, Enabled: true, FavorBias: 1, CreatedAt: noon}
	session := protocol.Session{ID: 3, CreatedAt: noon, IsActive: true, Notes: ptr("Friday"), GamesPlayed: 1}
	play := protocol.SessionGame{ID: 30001, SessionID: 3, GameID: 42, PlayedAt: noon, Status: protocol.StatusPlaying, RoomCode: ptr("AB12"), PlayerCount: ptr(5),
		PlayerCountCheckStatus: ptr("manual"), PackName: game.PackName, Title: game.Title, GameType: game.GameType, MinPlayers: 3, MaxPlayers: 8, PopularityScore: 9, Upvotes: 11, Downvotes: 2}
	vote := protocol.Vote{Username: "ann", Type: protocol.VoteUp, Timestamp: noon}
	poll := goldenPoll(protocol.StatusEnded)
	tally := protocol.TallyGame{ID: 42, Totals: protocol.NewTotals(11, 2), SessionUpvotes: 4, SessionDownvotes: 1}
	latest := []protocol.LatestVote{{GameID: 42, Vote: vote}}
	state := &protocol.SessionState{Seq: 17, Session: session, Games: []protocol.SessionGame{play}, Tallies: []protocol.TallyGame{tally}, Latest: latest, Poll: &poll, Join: protocol.NewJoin(3, "QRX7F2", protocol.PolicyLatest)}
	ranked := []protocol.RankedGame{{ID: 42, Title: game.Title, PackName: game.PackName, PlayCount: 2, PopularityScore: 9, Upvotes: 11, Downvotes: 2}}
	tok := protocol.Token{ID: 7, Role: protocol.RoleViewer, Name: "Overlay", SessionID: ptr(protocol.SessionID(3)), CreatedAt: noon, ExpiresAt: noon + 86_400_000}
	hook := protocol.Webhook{ID: 5, Name: "Discord Bot", URL: "https://example.com/webhook", Events: []protocol.EventType{protocol.EventGameAdded}, Enabled: true,
		CreatedAt: noon, Sessions: []protocol.SessionID{}, State: protocol.WebhookHealthy}
	attempt := protocol.WebhookLog{ID: 9, WebhookID: 5, EventType: protocol.EventGameAdded, Payload: json.RawMessage(`{"session":{"id":3}}`), ResponseStatus: ptr(503),
		ErrorMessage: ptr("HTTP 503"), CreatedAt: noon, DeliveryAttempt: protocol.DeliveryAttempt{DeliveryID: 8, MessageID: "msg_jcetp2qzyw4hm7ua_5_8", Attempt: 1, DurationMS: 12,
			ErrorClass: ptr("status"), ResponseExcerpt: "try later", NextAttemptAt: ptr(noon + 5000)}}
	verified := protocol.Verified{Valid: true}
	verified.User.Role, verified.User.Iat, verified.User.Exp = protocol.RoleAdmin, 1705320000, 1705406400
	accepted := protocol.VoteAccepted{Success: true, Message: "Vote recorded successfully", Session: protocol.VoteAcceptedSession{ID: 3, GamesPlayed: 1}, Game: protocol.VoteAcceptedGame{ID: 42, Title: game.Title, Totals: tally.Totals}, Vote: vote}
	changed := accepted
	changed.Message, changed.Vote.Replaced = "Vote changed successfully", protocol.VoteDown
	yours := protocol.YourVote{GameID: 30001, Vote: protocol.VoteUp, Timestamp: noon}
	return map[string]any{
		"error":              protocol.Errorf(protocol.CodeActiveSession, "An active session already exists. Please close it before creating a new one.").With("activeSessionId", 3),
		"game":               game,
		"pack":               protocol.Pack{Name: game.PackName, FavorBias: -1},
		"pack-meta":          protocol.PackMeta{Name: game.PackName, TotalCount: 5, EnabledCount: 4, TotalPlays: 12},
		"session":            session,
		"session-game":       play,
		"session-votes":      protocol.SessionVotes{SessionID: 3, Votes: []protocol.GameVotes{{GameID: 42, Title: game.Title, PackName: game.PackName, Upvotes: 4, Downvotes: 1, NetScore: 3, TotalVotes: 5}}},
		"vote-accepted":      &accepted,
		"chat-result":        protocol.ChatResult{Message: "Chat log imported and processed successfully", MessagesImported: 812, DuplicatesSkipped: 2, VotesProcessed: 4, VotesByGame: map[protocol.GameID]protocol.ChatGameVotes{42: {Title: game.Title, Upvotes: 3, Downvotes: 1}}},
		"batch-result":       &protocol.BatchResult{Accepted: 1, Rejected: 1, Results: []protocol.VoteOutcome{{Status: 200, GameID: 42}, {Status: 409, Error: "Duplicate vote detected (within 1 second of previous vote)", Code: protocol.CodeDuplicateVote}}},
		"vote-page":          protocol.VotePage{Votes: []protocol.VoteRecord{{ID: 99, SessionID: 3, GameID: 42, Title: game.Title, PackName: game.PackName, Username: "ann", VoteType: protocol.VoteUp, Timestamp: noon, CreatedAt: noon}}, Pagination: protocol.Pagination{Page: 1, Limit: 50, Total: 1, TotalPages: 1}, LeftOut: []protocol.SessionID{}},
		"poll":               poll,
		"picked":             protocol.Picked{Game: game, PoolSize: 30, TotalEnabled: 72},
		"stats":              protocol.Stats{Games: protocol.Count{Count: 72}, MostPlayedGames: ranked, TopRatedGames: ranked},
		"make-qr":            protocol.MakeQR{Text: "http://localhost:5000/screen/3"},
		"qr-code":            protocol.QRCode{SVG: "<svg/>"},
		"issued-token":       protocol.IssuedToken{Token: tok, Secret: "eyJ…"},
		"login":              protocol.Login{Token: "eyJ…", Message: "Authentication successful", ExpiresIn: "24h"},
		"verified":           verified,
		"message":            protocol.Message{Message: "Game deleted successfully"},
		"deleted-session":    protocol.DeletedSession{Message: "Session deleted successfully", SessionID: 3},
		"player-check":       protocol.PlayerCheck{Message: "Room monitor started", Status: "waiting"},
		"favor-set":          protocol.FavorSet{Message: "Favor bias updated successfully", FavorBias: 1},
		"pack-toggled":       protocol.PackToggled{Message: "Pack enabled successfully", GamesAffected: 5},
		"webhook-saved":      protocol.WebhookSaved{Webhook: hook, Message: "Webhook created successfully"},
		"deleted-webhook":    protocol.DeletedWebhook{Message: "Webhook deleted successfully", WebhookID: 5},
		"test-sent":          protocol.TestSent{Message: "Test webhook sent", Note: "Check webhook_logs table for delivery status"},
		"redelivery-queued":  protocol.RedeliveryQueued{Message: "Redelivery queued", WebhookID: 5, DeliveryID: 8},
		"replay-accepted":    protocol.ReplayAccepted{Message: "Replay started", WebhookID: 5, Deliveries: ptr(2)},
		"delivery":           protocol.Delivery{ID: 8, WebhookID: 5, MessageID: "msg_jcetp2qzyw4hm7ua_5_8", EventType: protocol.EventGameAdded, Status: protocol.DeliveryPending, Attempts: []protocol.WebhookLog{attempt}},
		"webhook-health":     protocol.WebhookHealth{WebhookID: 5, State: protocol.WebhookFailing, FailingSince: ptr(noon), LastError: ptr("HTTP 503"), NextAttemptAt: ptr(noon + 5000), QueueLength: 1, QueueLengthExact: true, OldestWaiting: ptr(noon), Attempts: 4, Delivered: 3},
		"message.notice":     protocol.Notice{Type: protocol.MessageError, SessionID: 3, Message: "Session not found", Code: protocol.CodeNotFound},
		"message.subscribed": protocol.Subscribed{Type: protocol.MessageSubscribed, SessionID: 3, Message: "Subscribed to session 3", Mode: protocol.ModeEvents, Epoch: "jcetp2qzyw4hm7ua", Seq: 17, Reset: true, Snapshot: state},
		"message.snapshot":   protocol.SnapshotMessage{Type: protocol.MessageSnapshot, SessionID: 3, Seq: 17, Data: state},
		"message.tally":      protocol.Tally{Type: protocol.MessageTally, SessionID: 3, Seq: 17, Games: []protocol.TallyGame{tally}, Latest: latest, Poll: &protocol.TallyPoll{ID: 3001, Votes: []int64{2, 5}, Total: 7}},
		"message.response":   protocol.Response{Type: protocol.MessageResponse, ID: "7", Status: 200, Data: protocol.Message{Message: "Game deleted successfully"}},
		"message.page":       protocol.Response{Type: protocol.MessageResponse, ID: "8", Status: 200, Data: []int{}, Page: &protocol.PageInfo{Total: ptr(5000), More: true, Next: ptr("4951")}},
		"message.draining":   protocol.Draining{Type: protocol.MessageDraining, ReconnectInMs: 1250},

		"games-imported": protocol.GamesImported{Message: "Successfully imported 3 games", Count: 3, Mode: protocol.ImportReplace, Added: 1, Updated: 1, Removed: 69, IgnoredColumns: []string{"price"}},
		"file":           protocol.File{Filename: "partyline-games.csv", ContentType: "text/csv; charset=utf-8", Content: "pack_name,title\n"},
		"session-export": protocol.SessionExport{ExportedAt: noon, Seq: 17, Epoch: "jcetp2qzyw4hm7ua", Session: session, Games: []protocol.SessionGame{play},
			Totals: []protocol.GameVotes{{GameID: 42, Title: game.Title, PackName: game.PackName, Upvotes: 4, Downvotes: 1, NetScore: 3, TotalVotes: 5}},
			Votes:  []protocol.ExportedVote{{ID: 99, SessionGameID: ptr(protocol.PlayID(30001)), GameID: 42, Username: "ann", VoteType: protocol.VoteUp, Timestamp: noon, CreatedAt: noon}}},
		"guest-vote-accepted": &protocol.GuestVoteAccepted{VoteAccepted: changed, Counted: true, Yours: yours},
		"join":                protocol.NewJoin(3, "QRX7F2", protocol.PolicyLatest),
		"join.closed":         protocol.NewJoin(3, "", protocol.PolicyOnce),
		"join.links":          protocol.NewJoin(3, "QRX7F2", protocol.PolicyLatest).Links("q7Jd_0Zk3vXa"),
		"guest-addresses": protocol.GuestAddresses{SessionID: 3, Total: 1, Addresses: []protocol.GuestAddress{
			{ID: "5f0c3a9e77b1d204", Network: "5f0c3a9e", Devices: 60, Voided: 20, Votes: 41, FirstSeen: noon, LastSeen: noon + 90_000}}},
		"voided-votes":      protocol.VoidedVotes{Message: "Votes voided successfully", SessionID: 3, Address: "5f0c3a9e", Devices: 40, Votes: 41},
		"join.links.closed": protocol.NewJoin(3, "", protocol.PolicyOnce).Links(""),
		"guest-login": protocol.GuestLogin{Token: "eyJ…", Role: protocol.RoleGuest, SessionID: 3, Name: "Ann", Device: "AAAAAAAAAAoe1…", Policy: protocol.PolicyLatest, ExpiresAt: noon + 43_200_000, Yours: &yours,
			Chosen: &protocol.YourChoice{PollID: 3001, Choice: 2}},
	}
}

// clientMessages are the requests and messages that clients send: the file is what they
// send, the value is what the server decodes from it.
func clientMessages() map[string]any {
	text := func(s string) protocol.Optional[string] { return protocol.Optional[string]{Set: true, Value: &s} }
	fields := protocol.GameFields{PackName: ptr("House"), Title: ptr("Charades"), MinPlayers: ptr(2), MaxPlayers: ptr(8),
		LengthMinutes: protocol.Optional[int]{Set: true}, HasAudience: ptr(true), FamilyFriendly: ptr(false), GameType: text("Acting"), Ticker: text("chrd"), Enabled: ptr(true), FavorBias: ptr(-1)}
	events := protocol.NewEventList(protocol.EventGameAdded)
	cast := protocol.CastVote{SessionID: 3, Username: "ann", Vote: protocol.VoteUp, Timestamp: noon.VoteTimestamp()}
	return map[string]any{
		"create-session":     &protocol.CreateSession{Notes: ptr("Friday")},
		"close-session":      &protocol.CloseSession{ID: 3, Notes: ptr("Fine")},
		"delete-session":     &protocol.DeleteSession{ID: 3},
		"add-game":           &protocol.AddGame{ID: 3, GameID: 42, ManuallyAdded: true, RoomCode: ptr("ab12")},
		"set-game-status":    &protocol.SetGameStatus{ID: 3, GameID: 30001, Status: protocol.StatusSkipped},
		"remove-game":        &protocol.RemoveGame{ID: 3, GameID: 30001},
		"set-room-code":      &protocol.SetRoomCode{ID: 3, GameID: 30001, RoomCode: "AB12"},
		"set-player-count":   &protocol.SetPlayerCount{ID: 3, GameID: 30001, PlayerCount: ptr(5)},
		"start-player-check": &protocol.StartPlayerCheck{ID: 3, GameID: 30001},
		"stop-player-check":  &protocol.StopPlayerCheck{ID: 3, GameID: 30001},
		"cast-vote":          &cast,
		"chat-log":           &protocol.ChatLog{ID: 3, ChatData: []protocol.ChatMessage{{Username: "ann", Message: ptr("oh, thisgame++!"), Timestamp: noon.VoteTimestamp()}}},
		"cast-votes":         &protocol.CastVotes{SessionID: 3, Votes: []protocol.CastVote{cast}},
		"issue-token":        &protocol.IssueToken{Role: protocol.RoleViewer, Name: "Overlay", SessionID: ptr(protocol.SessionID(3)), ExpiresIn: protocol.Duration(30 * 24 * time.Hour)},
		"revoke-token":       &protocol.RevokeToken{ID: 7},
		"create-game":        &protocol.CreateGame{GameFields: fields},
		"update-game":        &protocol.UpdateGame{ID: 73, GameFields: fields},
		"delete-game":        &protocol.DeleteGame{ID: 73},
		"toggle-game":        &protocol.ToggleGame{ID: 73},
		"favor-game":         &protocol.FavorGame{ID: 73, FavorBias: ptr(1)},
		"toggle-pack":        &protocol.TogglePack{Name: "House", Enabled: ptr(false)},
		"favor-pack":         &protocol.FavorPack{Name: "House", FavorBias: ptr(0)},
		"game-filter":        &protocol.GameFilter{Enabled: ptr(true), PlayerCount: 4, Drawing: "exclude", Length: "short", FamilyFriendly: ptr(true), Pack: "House"},
		"game-part":          &protocol.GamePart{GameFilter: protocol.GameFilter{Pack: "House"}, PageQuery: protocol.PageQuery{Page: 2, Limit: 20}},
		"session-part":       &protocol.SessionPart{ID: 3, PageQuery: protocol.PageQuery{Offset: 7, Limit: 20}},
		"pick":               &protocol.Pick{PlayerCount: 4, Drawing: "only", Length: "long", FamilyFriendly: ptr(false), SessionID: 3, ExcludePlayed: true},
		"vote-filter":        &protocol.VoteFilter{SessionID: 3, GameID: 42, Username: "ann", VoteType: protocol.VoteDown, Page: 2, Limit: 10},
		"create-webhook":     &protocol.CreateWebhook{Name: "Discord Bot", URL: "https://example.com/webhook", Secret: "mysecret123", Events: events, Sessions: []protocol.SessionID{3}, RateLimit: ptr(60)},
		"update-webhook":     &protocol.UpdateWebhook{ID: 5, Name: ptr("Discord Bot Updated"), Enabled: ptr(true), Sessions: protocol.Optional[[]protocol.SessionID]{Set: true}, RateLimit: protocol.Optional[int]{Set: true, Value: ptr(30)}},
		"delete-webhook":     &protocol.DeleteWebhook{ID: 5},
		"test-webhook":       &protocol.TestWebhook{ID: 5},
		"rotate-secret":      &protocol.RotateSecret{ID: 5, Secret: "mysecret456", Overlap: ptr(protocol.Duration(time.Hour))},
		"redeliver":          &protocol.Redeliver{ID: 5, DeliveryID: 8},
		"replay-webhook":     &protocol.ReplayWebhook{ID: 5, Since: ptr(noon)},
		"stop-replay":        &protocol.StopReplay{ID: 5},
		"webhook-log-filter": &protocol.WebhookLogFilter{ID: 5, PageQuery: protocol.PageQuery{Limit: 20}},
		"delivery-filter":    &protocol.DeliveryFilter{ID: 5, DeliveryID: 8, Status: protocol.DeliveryDead, PageQuery: protocol.PageQuery{Limit: 20}},
		"start-poll":         &protocol.StartPoll{ID: 3, Count: ptr(3), PlayerCount: 6, Drawing: "exclude", Length: "short", FamilyFriendly: ptr(true), ExcludePlayed: true, Seconds: ptr(90), AutoAdd: true},
		"start-poll-of":      &protocol.StartPoll{ID: 3, GameIDs: []protocol.GameID{31, 70}},
		"cast-poll-vote":     &protocol.CastPollVote{ID: 3, PollID: 3001, Username: "ann", Choice: 2},
		"end-poll":           &protocol.EndPoll{ID: 3},
		"cancel-poll":        &protocol.CancelPoll{ID: 3},
		"add-poll-winner":    &protocol.AddPollWinner{ID: 3},
		"import-games":       &protocol.ImportGames{CSVData: "pack_name,title\n", Mode: protocol.ImportReplace},
		"export-session":     &protocol.ExportSession{ID: 3, Format: protocol.ExportJSON},
		"open-join":          &protocol.OpenJoin{ID: 3, Policy: protocol.PolicyOnce, Renew: true},
		"close-join":         &protocol.CloseJoin{ID: 3},
		"void-votes":         &protocol.VoidVotes{ID: 3, Address: "5f0c3a9e77b1d204"},
		"enter-as-guest":     &protocol.EnterAsGuest{Code: "qrx7f2", Secret: "q7Jd_0Zk3vXa", Name: "Ann", Device: "AAAAAAAAAAoe1…"},
		"cast-guest-vote":    &protocol.CastGuestVote{Vote: protocol.VoteUp, GameID: 30001},
		"message.client": &protocol.ClientMessage{Type: protocol.MessageRequest, Token: "eyJ…", SessionID: 3, Since: ptr(protocol.Seq(17)), Epoch: "jcetp2qzyw4hm7ua", Snapshot: true,
			Mode: protocol.ModeTally, ID: "7", Op: "votes.live", Key: "k1", Data: json.RawMessage(`{"vote":"up"}`)},
	}
}

func goldenFile(name string) string { return filepath.Join("testdata", "messages", name+".json") }

func TestServerMessagesGolden(t *testing.T) {
	for name, message := range serverMessages() {
		t.Run(name, func(t *testing.T) {
			got, err := json.MarshalIndent(message, "", "  ")
			if err != nil {
				t.Fatal(err)
			}
			got = append(got, '\n')
			if *update {
				if err := os.WriteFile(goldenFile(name), got, 0o644); err != nil {
					t.Fatal(err)
				}
			}
			want, err := os.ReadFile(goldenFile(name))
			if err != nil {
				t.Fatal(err)
			}
			if d := cmp.Diff(string(want), string(got)); d != "" {
				t.Errorf("-golden +now\n%s", d)
			}
		})
	}
}

func TestClientMessagesGolden(t *testing.T) {
	for name, want := range clientMessages() {
		t.Run(name, func(t *testing.T) {
			b, err := os.ReadFile(goldenFile(name))
			if err != nil {
				t.Fatal(err)
			}
			got := reflect.New(reflect.TypeOf(want).Elem()).Interface()
			d := json.NewDecoder(bytes.NewReader(b))
			d.DisallowUnknownFields()
			if err := d.Decode(got); err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(want, got); diff != "" {
				t.Errorf("-want +read\n%s", diff)
			}
			if c, ok := got.(protocol.Command); ok {
				if err := c.Check(); err != nil {
					t.Error("the golden command does not pass its own check:", err)
				}
			}
		})
	}
}

// TestEveryTypeIsGolden requires that each exported struct of the package is part of a
// message of the tables above or of an event, and that each file belongs to a message.
func TestEveryTypeIsGolden(t *testing.T) {
	reached := map[string]bool{}
	for _, messages := range []map[string]any{serverMessages(), clientMessages()} {
		for _, m := range messages {
			reach(reflect.TypeOf(m), reached)
		}
	}
	for _, e := range goldenEvents() {
		reach(reflect.TypeOf(e), reached)
		reach(reflect.TypeOf(e.Data), reached)
	}
	// These types are never sent.
	for _, inner := range []string{"Operation", "Principal", "Meaning", "LatestVotes", "GuestState", "Timeline", "ImportChat", "ChatVote", "ChatScanner", "ClockReading", "AddressTarget", "Page"} {
		reached[inner] = true
	}
	for _, name := range structs(t) {
		if !reached[name] {
			t.Errorf("%s has no golden JSON", name)
		}
	}
	files, err := filepath.Glob(goldenFile("*"))
	if err != nil {
		t.Fatal(err)
	}
	known := slices.Concat(slices.Collect(maps.Keys(serverMessages())), slices.Collect(maps.Keys(clientMessages())))
	for _, f := range files {
		if name := strings.TrimSuffix(filepath.Base(f), ".json"); !slices.Contains(known, name) {
			t.Errorf("%s belongs to no message", f)
		}
	}
}

func reach(typ reflect.Type, seen map[string]bool) {
	switch typ.Kind() {
	case reflect.Pointer, reflect.Slice, reflect.Map:
		reach(typ.Elem(), seen)
	case reflect.Struct:
		name, _, _ := strings.Cut(typ.Name(), "[")
		seen[name] = true
		for f := range typ.NumField() {
			reach(typ.Field(f).Type, seen)
		}
	}
}

func structs(t *testing.T) (names []string) {
	t.Helper()
	files, err := filepath.Glob("*.go")
	if err != nil {
		t.Fatal(err)
	}
	for _, name := range files {
		if strings.HasSuffix(name, "_test.go") {
			continue
		}
		f, err := parser.ParseFile(token.NewFileSet(), name, nil, 0)
		if err != nil {
			t.Fatal(err)
		}
		ast.Inspect(f, func(n ast.Node) bool {
			if s, ok := n.(*ast.TypeSpec); ok && s.Name.IsExported() {
				if _, ok := s.Type.(*ast.StructType); ok {
					names = append(names, s.Name.Name)
				}
			}
			return true
		})
	}
	return names
}
