package standings_test

import (
	"testing"

	"partyline/actors/codec/codectest"
	"partyline/actors/rules/standings"
)

func TestSchema(t *testing.T) {
	codectest.Facts[any]{}.Schema(t, codectest.Form{Name: "standings", Version: standings.SnapshotVersion})
}
