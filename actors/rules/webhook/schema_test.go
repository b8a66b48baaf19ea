package webhook_test

import (
	"testing"

	"partyline/actors/codec/codectest"
	"partyline/actors/rules/webhook"
)

func TestSchema(t *testing.T) {
	var all []webhook.Fact
	for _, tt := range stored {
		all = append(all, tt.fact)
	}
	facts.Schema(t, codectest.Form{Name: "webhook", Version: webhook.SnapshotVersion, Image: webhook.Image()}, all...)
}
