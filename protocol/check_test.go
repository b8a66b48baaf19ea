package protocol_test

import (
	"strings"
	"testing"

	"partyline/protocol"
)

// named returns the commands that have a name or a title, by its field, with that name.
func named(name string) map[string][]protocol.Command {
	at, few, many := protocol.Timestamp(1), 1, 2
	text := protocol.Optional[string]{Set: true, Value: &name}
	game := func(change func(*protocol.GameFields)) protocol.Command {
		other := "x"
		f := protocol.GameFields{PackName: &other, Title: &other, MinPlayers: &few, MaxPlayers: &many}
		change(&f)
		return protocol.CreateGame{GameFields: f}
	}
	return map[string][]protocol.Command{
		"username": {
			&protocol.CastVote{Username: name, Vote: protocol.VoteUp, Timestamp: at.VoteTimestamp()},
			&protocol.CastPollVote{ID: 1, Username: name, Choice: 1},
			chatLine{protocol.ChatMessage{Username: name, Message: &name, Timestamp: at.VoteTimestamp()}},
		},
		"name": {
			entering{protocol.EnterAsGuest{Code: "222222", Name: name}},
			protocol.IssueToken{Role: protocol.RoleBot, Name: name},
			protocol.CreateWebhook{Name: name, URL: "https://example.com", Secret: "mysecret123", Events: protocol.NewEventList("game.added")},
			protocol.UpdateWebhook{ID: 1, Name: &name},
		},
		"pack_name":      {game(func(f *protocol.GameFields) { f.PackName = &name }), protocol.UpdateGame{ID: 1, GameFields: protocol.GameFields{PackName: &name}}},
		"title":          {game(func(f *protocol.GameFields) { f.Title = &name }), protocol.UpdateGame{ID: 1, GameFields: protocol.GameFields{Title: &name}}},
		"game_type":      {game(func(f *protocol.GameFields) { f.GameType = text })},
		"secondary_type": {game(func(f *protocol.GameFields) { f.SecondaryType = text })},
	}
}

// chatLine and entering implement Command, so that the tests can check them as commands.
type chatLine struct{ protocol.ChatMessage }

func (c chatLine) Check() *protocol.Error { return c.ChatMessage.Check() }

type entering struct{ protocol.EnterAsGuest }

func (e entering) Check() *protocol.Error { return e.EnterAsGuest.Check() }

// TestNamesAndTitlesAreOneLine: a name within a line of a chat, a report or a
// log must not begin a new line.
func TestNamesAndTitlesAreOneLine(t *testing.T) {
	t.Parallel()
	for _, name := range []string{"a\nb", "a\r\nb", "a\tb", "a\x00", "a\x1b[2J", "a\x7f", "a\u0085b", "a\u2028b", "a\u2029b"} {
		for field, commands := range named(name) {
			for _, c := range commands {
				if err := c.Check(); err == nil || err.Message != field+" must not contain line breaks or other control characters" {
					t.Errorf("%T with %q: %v", c, name, err)
				}
			}
		}
	}
	for _, name := range []string{"Quiplash 3", "Tee K.O.: \"T-shirts\"", "ünï 语 🎉", "👩\u200d💻", strings.Repeat("é", 100)} {
		for _, commands := range named(name) {
			for _, c := range commands {
				if err := c.Check(); err != nil {
					t.Errorf("%T with %q: %v", c, name, err)
				}
			}
		}
	}
}

// TestNotesMayHaveLineBreaks: notes are the only text that may.
func TestNotesMayHaveLineBreaks(t *testing.T) {
	t.Parallel()
	lines, bell := "# Friday\r\n\n\t- Quiplash\u2028", "a\x07"
	for _, c := range []func(*string) protocol.Command{
		func(s *string) protocol.Command { return protocol.CreateSession{Notes: s} },
		func(s *string) protocol.Command { return protocol.CloseSession{ID: 1, Notes: s} },
	} {
		if err := c(&lines).Check(); err != nil {
			t.Error(err)
		}
		if err := c(&bell).Check(); err == nil || err.Message != "notes must not contain control characters" {
			t.Error(err)
		}
	}
}
