package memory_test

import (
	"errors"
	"testing"

	"partyline/persistence/committer"
	"partyline/persistence/journaltest"
	"partyline/persistence/memory"
)

func TestSuite(t *testing.T) {
	journaltest.Run(t, func(_ *testing.T, faults committer.Faults) journaltest.Harness {
		j := memory.New(memory.Options{Faults: faults})
		return journaltest.Harness{
			Journal: j, Damage: j.Damage, FailSync: func() { j.FailSync(errors.New("input/output error")) },
		}
	})
}
