package session_test

import (
	"testing"

	"partyline/actors/codec/codectest"
	"partyline/actors/session"
)

func TestSchema(t *testing.T) {
	facts := codectest.Facts[session.Fact]{Append: session.AppendFact, Read: session.ReadFact}
	facts.Schema(t, codectest.Form{Name: "session", Version: session.SnapshotVersion, Image: session.Image()}, oneOfEach()...)
}
