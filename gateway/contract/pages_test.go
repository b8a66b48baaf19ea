package contract_test

import (
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"partyline/protocol"
)

// TestTheConsoleOffersEveryEvent: the list from which a host chooses what a webhook is
// sent is the list of the protocol, in its order.
func TestTheConsoleOffersEveryEvent(t *testing.T) {
	t.Parallel()
	b, err := os.ReadFile(filepath.Join("..", "screen", "files", "webhooks.js"))
	if err != nil {
		t.Fatal(err)
	}
	list := regexp.MustCompile(`const EVENTS = \[([^\]]*)\]`).FindStringSubmatch(string(b))
	if list == nil {
		t.Fatal("webhooks.js has no list EVENTS")
	}
	var offered []protocol.EventType
	for name := range strings.SplitSeq(list[1], ",") {
		offered = append(offered, protocol.EventType(strings.Trim(strings.TrimSpace(name), "'")))
	}
	if want := protocol.EventTypes(); !slices.Equal(offered, want) {
		t.Errorf("offered %v, want %v", offered, want)
	}
}
