package access_test

import (
	"testing"

	"partyline/actors/codec/codectest"
	"partyline/actors/rules/access"
)

func TestSchema(t *testing.T) {
	var all []access.Fact
	for _, tt := range stored {
		all = append(all, tt.fact)
	}
	facts.Schema(t, codectest.Form{Name: "access", Version: access.SnapshotVersion, Image: access.Image()}, all...)
}
