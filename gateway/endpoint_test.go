package gateway

import (
	"testing"

	"partyline/protocol"
)

func TestTableAndHandlersMustFit(t *testing.T) {
	g := &Gateway{}
	rows := []protocol.Operation{{Op: "a.b", Method: "GET", Path: "/a/{id}/b/{name}"}}
	none := map[string]handler{}
	if _, err := endpoints(rows, none); err == nil {
		t.Error("a row without a handler")
	}
	extra := map[string]handler{"a.b": g.health, "c.d": g.health}
	if _, err := endpoints(rows, extra); err == nil {
		t.Error("a handler without a row")
	}
	if all, err := endpoints(rows, map[string]handler{"a.b": g.health}); err != nil || len(all["a.b"].params) != 2 {
		t.Error(all, err)
	}
}
