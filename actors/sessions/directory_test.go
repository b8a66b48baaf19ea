package sessions

import (
	"testing"

	"partyline/protocol"
)

func TestVotesDoNotGoToSessionBeforeItsCreationIsDurable(t *testing.T) {
	d := newDirectory(2)
	first, _ := d.reserve()
	if d.newest() != 0 {
		t.Fatal("votes would go to a session that is not on disk")
	}
	d.update(first, true, true)
	second, _ := d.reserve()
	if d.newest() != first {
		t.Fatal("newest is", d.newest())
	}
	if _, err := d.reserve(); err == nil || err.Code != protocol.CodeActiveSession {
		t.Fatal("a beginning session counts against the limit:", err)
	}
	d.update(second, true, true)
	if d.newest() != second {
		t.Fatal("newest is", d.newest())
	}
	d.update(second, true, false)
	if d.newest() != first || d.reserveFails() {
		t.Fatal("a closed session is in the way")
	}
}

func (d *directory) reserveFails() bool {
	_, err := d.reserve()
	return err != nil
}
