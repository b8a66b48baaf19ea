package catalogue_test

import (
	std "cmp"
	"testing"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"partyline/actors/codec/codectest"
	"partyline/actors/rules/catalogue"
	"partyline/protocol"
)

// After any commands, the live state equals the state replayed from the stored facts, and that
// of a snapshot with the facts after it.
func TestReplayIsLive(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		l := empty()
		var snapshot []byte
		upTo := 0
		for range rapid.IntRange(0, 30).Draw(t, "commands") {
			cmd := anyCommand().Draw(t, "command")
			if cmd.Check() == nil {
				_, _, _ = l.do(cmd, noon+protocol.Timestamp(rapid.IntRange(-5, 50).Draw(t, "ms")))
			}
			if rapid.IntRange(0, 9).Draw(t, "snapshot") == 0 {
				snapshot, upTo = l.AppendSnapshot(nil), len(l.log)
			}
		}
		live := string(l.AppendSnapshot(nil))
		for _, g := range l.Games(protocol.GameFilter{}) {
			if one, err := l.Game(g.ID); err != nil || !cmp.Equal(g, one) {
				t.Fatalf("the list says %+v, the game by itself %+v, %v", g, one, err)
			}
		}
		if d := cmp.Diff(live, string(replayed(t, catalogue.New(), l.log).AppendSnapshot(nil))); d != "" {
			t.Fatalf("replayed is not live: %s", d)
		}
		if snapshot == nil {
			return
		}
		tail := replayed(t, codectest.Restored(t, catalogue.New(), snapshot), l.log[upTo:])
		if d := cmp.Diff(live, string(tail.AppendSnapshot(nil))); d != "" {
			t.Fatalf("snapshot and tail are not live: %s", d)
		}
		if d := cmp.Diff(l.Games(protocol.GameFilter{}), tail.Games(protocol.GameFilter{})); d != "" {
			t.Fatalf("other games: %s", d)
		}
		if d := cmp.Diff(l.Packs(), tail.Packs()); d != "" {
			t.Fatalf("other packs: %s", d)
		}
	})
}

func TestRestoreRefusesAndKeepsTheState(t *testing.T) {
	for name, data := range map[string]string{
		"nothing": "", "cut": `{"last":3`, "no game": `{"last":1,"games":[{}]}`,
		"a twin": `{"last":1,"games":[{"id":1,"pack_name":"P","title":"T"},{"id":1,"pack_name":"P","title":"U"}]}`,
	} {
		t.Run(name, func(t *testing.T) {
			codectest.RefusedSnapshot(t, seeded(t), data)
		})
	}
}

// Restoring any bytes ends without a panic, and what was restored is written as something that
// restores to the same.
func FuzzRestore(f *testing.F) {
	f.Add(seeded(f).AppendSnapshot(nil))
	f.Add([]byte(`{"last":2,"clock":"2023-11-14T22:13:20.000Z","games":[{"id":1,"pack_name":"P","title":"T"}],"biases":{"P":1,"Q":-1}}`))
	f.Fuzz(func(t *testing.T, data []byte) { codectest.FuzzedSnapshot(t, catalogue.New(), catalogue.New(), data) })
}

func replayed(t codectest.Failer, s *catalogue.State, log []catalogue.Fact) *catalogue.State {
	for i, f := range log {
		s.Apply(facts.Again(t, f), protocol.Seq(i+1))
	}
	return s
}

func anyCommand() *rapid.Generator[protocol.Command] {
	return rapid.Custom(func(t *rapid.T) protocol.Command {
		id := protocol.GameID(rapid.IntRange(1, 8).Draw(t, "id"))
		bias := rapid.IntRange(-1, 1).Draw(t, "bias")
		pack := rapid.SampledFrom([]string{"P", "p", "Q", "Pack 2", "Pack 10"}).Draw(t, "pack")
		switch rapid.IntRange(0, 8).Draw(t, "kind") {
		case 0:
			return catalogue.Seed{}
		case 1, 2:
			f := anyFields(t)
			f.PackName, f.Title, f.MinPlayers, f.MaxPlayers = std.Or(f.PackName, &pack), std.Or(f.Title, &pack), std.Or(f.MinPlayers, ptr(2)), std.Or(f.MaxPlayers, ptr(5))
			return protocol.CreateGame{GameFields: f}
		case 3:
			return protocol.UpdateGame{ID: id, GameFields: anyFields(t)}
		case 4:
			return protocol.DeleteGame{ID: id}
		case 5:
			return protocol.ToggleGame{ID: id}
		case 6:
			return protocol.ImportGames{CSVData: "read already", Mode: rapid.SampledFrom([]protocol.ImportMode{"", protocol.ImportReplace}).Draw(t, "mode"),
				Rows: rapid.SliceOfN(anyRow(), 1, 120).Draw(t, "rows")}
		case 7:
			return protocol.TogglePack{Name: pack, Enabled: ptr(bias > 0)}
		default:
			if id%2 == 0 {
				return protocol.FavorPack{Name: pack, FavorBias: &bias}
			}
			return protocol.FavorGame{ID: id, FavorBias: &bias}
		}
	})
}

func anyFields(t *rapid.T) protocol.GameFields {
	word := rapid.SampledFrom([]string{"P", "p", "Q", "Pack 2", "Pack 10", "<&>\u2028\"", "é"})
	optional := func(name string) protocol.Optional[string] {
		return protocol.Optional[string]{Set: rapid.Bool().Draw(t, name+" set"), Value: rapid.Ptr(word, true).Draw(t, name)}
	}
	return protocol.GameFields{
		PackName:      rapid.Ptr(word, true).Draw(t, "pack"),
		Title:         rapid.Ptr(word, true).Draw(t, "title"),
		MinPlayers:    rapid.Ptr(rapid.IntRange(1, 5), true).Draw(t, "least"),
		MaxPlayers:    rapid.Ptr(rapid.IntRange(4, 9), true).Draw(t, "most"),
		LengthMinutes: protocol.Optional[int]{Set: rapid.Bool().Draw(t, "minutes set"), Value: rapid.Ptr(rapid.IntRange(1, 60), true).Draw(t, "minutes")},
		HasAudience:   rapid.Ptr(rapid.Bool(), true).Draw(t, "audience"),
		Ticker:        protocol.Optional[string]{Set: rapid.Bool().Draw(t, "ticker set"), Value: rapid.Ptr(rapid.SampledFrom([]string{"AA", "aa", "BB", "C3", ""}), true).Draw(t, "ticker")},
		GameType:      optional("first"),
		SecondaryType: optional("second"),
		FavorBias:     rapid.Ptr(rapid.IntRange(-1, 1), true).Draw(t, "game bias"),
	}
}
