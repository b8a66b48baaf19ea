package catalogue_test

import (
	"testing"

	"partyline/actors/codec/codectest"
	"partyline/actors/rules/catalogue"
)

func TestSchema(t *testing.T) {
	var all []catalogue.Fact
	for _, tt := range stored {
		all = append(all, tt.fact)
	}
	facts.Schema(t, codectest.Form{Name: "catalogue", Version: catalogue.SnapshotVersion, Image: catalogue.Image()}, all...)
}
