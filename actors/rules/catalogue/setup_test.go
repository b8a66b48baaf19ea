package catalogue_test

import (
	"testing"

	"partyline/actors/rules/catalogue"
	"partyline/protocol"
)

const noon protocol.Timestamp = 1_700_000_000_000

// catalogueLog is a catalogue under test with the log of its facts.
type catalogueLog struct {
	*catalogue.State
	log []catalogue.Fact
}

func empty() *catalogueLog { return &catalogueLog{State: catalogue.New()} }

func seeded(t testing.TB) *catalogueLog {
	t.Helper()
	l := empty()
	l.must(t, catalogue.Seed{})
	return l
}

// do decides and applies, and returns the facts and the answer.
func (l *catalogueLog) do(cmd protocol.Command, now protocol.Timestamp) ([]catalogue.Fact, any, *protocol.Error) {
	facts, err := l.Decide(nil, cmd, protocol.ReadingOf(now))
	if err != nil {
		return facts, nil, err
	}
	for _, f := range facts {
		l.log = append(l.log, f)
		l.Apply(f, protocol.Seq(len(l.log)))
	}
	return facts, l.Answer(cmd, facts), nil
}

func (l *catalogueLog) must(t testing.TB, cmd protocol.Command) any {
	t.Helper()
	if err := cmd.Check(); err != nil {
		t.Fatalf("%#v: %v", cmd, err)
	}
	_, answer, err := l.do(cmd, noon)
	if err != nil {
		t.Fatalf("%#v: %v", cmd, err)
	}
	return answer
}

// add creates a game of one to eight players and returns its id.
func (l *catalogueLog) add(t testing.TB, pack, title string, more ...func(*protocol.GameFields)) protocol.GameID {
	t.Helper()
	f := protocol.GameFields{PackName: &pack, Title: &title, MinPlayers: ptr(1), MaxPlayers: ptr(8)}
	for _, m := range more {
		m(&f)
	}
	return l.must(t, protocol.CreateGame{GameFields: f}).(protocol.Game).ID
}

func ptr[T any](v T) *T { return &v }

func some[T any](v T) protocol.Optional[T] { return protocol.Optional[T]{Set: true, Value: &v} }

func null[T any]() protocol.Optional[T] { return protocol.Optional[T]{Set: true} }
