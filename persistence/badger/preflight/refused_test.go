package preflight

import (
	"errors"
	"testing"
	"time"

	"partyline/persistence"
)

var fuzzTime = time.UnixMilli(1705320000000).UTC()

// refused wants ErrCorrupt for an error.
func refused(t *testing.T, err error) bool {
	t.Helper()
	if err != nil && !errors.Is(err, persistence.ErrCorrupt) {
		t.Fatalf("%v, want corrupt", err)
	}
	return err != nil
}
