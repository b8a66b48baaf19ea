package actors_test

import (
	"bytes"
	"errors"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/rs/zerolog"

	"partyline/actors"
	"partyline/actors/sessions"
	"partyline/actors/voteindex"
	"partyline/persistence"
	"partyline/protocol"
)

// TestStartWithADamagedVoteIndex has a start read a change of a phone's vote whose block is gone
// from the index: the server starts, and builds the index again, whether or not the standings have
// a snapshot.
func TestStartWithADamagedVoteIndex(t *testing.T) {
	for name, start := range map[string]func(*fixture) persistence.Journal{
		"standings from their snapshot": func(e *fixture) persistence.Journal { return e.journal },
		"standings from the journal":    func(e *fixture) persistence.Journal { return forgetful{e.journal} },
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				e := newFixture(t)
				code := e.invite(protocol.OpenJoin{Policy: protocol.PolicyLatest})
				e.press(code, 7, protocol.VoteUp)
				e.press(code, 7, protocol.VoteDown)
				e.stop()
				e.indexWithoutBlocks(e.journal.Head() - 1)
				e.hub = e.startWith(actors.Options{Journal: start(e)})
				time.Sleep(time.Minute)
				page, err := e.hub.Votes(t.Context(), protocol.VoteFilter{})
				if err != nil || len(page.Votes) != 1 || page.Votes[0].VoteType != protocol.VoteDown {
					t.Fatalf("%+v, %v", page, err)
				}
			})
		})
	}
}

// TestPageOfAMissingBlock asks for a page whose block is gone from the index, and has it once the
// index is built again.
func TestPageOfAMissingBlock(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		e := newFixture(t)
		if _, err := e.vote("Ann", protocol.VoteUp); err != nil {
			t.Fatal(err)
		}
		e.stop()
		e.indexWithoutBlocks(e.journal.Head())
		e.hub = e.start()
		if _, err := e.hub.Votes(t.Context(), protocol.VoteFilter{}); codeOf(err) != protocol.CodeStarting {
			t.Fatal(err)
		}
		time.Sleep(time.Minute)
		for _, f := range []protocol.VoteFilter{{}, {Username: "ann"}} {
			if page, err := e.hub.Votes(t.Context(), f); err != nil || len(page.Votes) != 1 {
				t.Fatalf("%+v, %v", page, err)
			}
		}
	})
}

// TestVoteIndexOnAFullDisk: what cannot be written is tried once a second and logged once.
func TestVoteIndexOnAFullDisk(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		e := newFixture(t)
		e.stop()
		var log bytes.Buffer
		e.hub = e.startWith(actors.Options{Journal: e.journal, Log: zerolog.New(&syncWriter{w: &log})})
		do[protocol.Session](t, e.hub, protocol.CloseSession{ID: e.session})
		do[protocol.DeletedSession](t, e.hub, protocol.DeleteSession{ID: e.session})
		e.journal.Refuse(errors.New("the disk is full"))
		time.Sleep(time.Minute)
		synctest.Wait()
		if n := strings.Count(log.String(), "vote history cannot be written"); n != 1 {
			t.Errorf("logged %d times", n)
		}
		e.journal.Refuse(nil)
	})
}

// indexWithoutBlocks puts the index of the journal's beginning in its place, and removes the
// blocks.
func (e *fixture) indexWithoutBlocks(until persistence.Position) {
	e.t.Helper()
	ctx := e.t.Context()
	x := voteindex.New(e.journal, voteindex.Limits{})
	for rec, err := range e.journal.ReadAll(ctx, 0) {
		if err != nil {
			e.t.Fatal(err)
		}
		if id, ok := sessions.IDOf(rec.Stream); ok && rec.Position <= until {
			f, err := sessions.ReadFact(rec)
			if err := errors.Join(err, x.Apply(id, rec.Position, f)); err != nil {
				e.t.Fatal(err)
			}
		}
	}
	x.Advance(until)
	if err := x.Flush(ctx); err != nil {
		e.t.Fatal(err)
	}
	var blocks []persistence.TableEntry
	err := e.journal.ReadTable(ctx, voteindex.Table, func(v persistence.TableView) error {
		for b := range v.Scan([]byte("b")) {
			blocks = append(blocks, persistence.TableEntry{Key: bytes.Clone(b.Key)})
		}
		return nil
	})
	if err := errors.Join(err, e.journal.UpdateTable(ctx, voteindex.Table, blocks)); err != nil || len(blocks) != 1 {
		e.t.Fatal(len(blocks), err)
	}
}
