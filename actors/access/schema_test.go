package access_test

import (
	"testing"

	"partyline/actors/access"
	"partyline/actors/codec/codectest"
)

func TestSchema(t *testing.T) {
	var all []access.Fact
	for _, tt := range stored {
		all = append(all, tt.fact)
	}
	facts.Schema(t, codectest.Form{Name: "access", Version: access.SnapshotVersion, Image: access.Image()}, all...)
}
