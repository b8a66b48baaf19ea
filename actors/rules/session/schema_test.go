package session_test

import (
	"testing"

	"partyline/actors/codec/codectest"
	"partyline/actors/rules/session"
	"partyline/actors/rules/session/fact"
)

func TestSchema(t *testing.T) {
	facts := codectest.Facts[fact.Fact]{Append: fact.Append, Read: fact.Read}
	facts.Schema(t, codectest.Form{Name: "session", Version: session.SnapshotVersion, Image: session.Image()}, oneOfEach()...)
}
