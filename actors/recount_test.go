package actors_test

import (
	"bytes"
	"context"
	"fmt"
	"iter"
	"testing"
	"testing/synctest"

	"go.opentelemetry.io/otel/sdk/metric"

	"partyline/actors"
	"partyline/persistence"
	"partyline/persistence/memory"
	"partyline/protocol"
)

// advanced has one fact of a kind that this version does not know, and no snapshot of the
// standings, so it is met.
type advanced struct{ forgetful }

func (a advanced) Read(ctx context.Context, stream string, after persistence.Seq) iter.Seq2[persistence.Record, error] {
	return raised(a.forgetful.Read(ctx, stream, after))
}

func (a advanced) ReadAll(ctx context.Context, after persistence.Position) iter.Seq2[persistence.Record, error] {
	return raised(a.forgetful.ReadAll(ctx, after))
}

// raised has the third fact of session 2 be of the highest kind there can be. It stands
// behind its length, which is one byte.
func raised(records iter.Seq2[persistence.Record, error]) iter.Seq2[persistence.Record, error] {
	return func(yield func(persistence.Record, error) bool) {
		for rec, err := range records {
			if rec.Stream == "session/2" && rec.Seq == 3 {
				rec.Data = bytes.Clone(rec.Data)
				rec.Data[1] = 0xff
			}
			if !yield(rec, err) {
				return
			}
		}
	}
}

// TestRepairedSessionIsCountedAgain: a vote could not be read while the standings were
// counted and kept, because its record had rotted, or was of a newer version. Later it can:
// then the totals have it, for good, and the session counts as damaged no more.
func TestRepairedSessionIsCountedAgain(t *testing.T) {
	for name, sick := range map[string]func(*fixture) persistence.Journal{
		"rotten": func(e *fixture) persistence.Journal {
			e.journal.Damage("session/2", 3)
			return forgetful{e.journal}
		},
		"newer": func(e *fixture) persistence.Journal { return advanced{forgetful{e.journal}} },
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				e := nights(t)
				want := totals(t, e.hub)
				e.stop()
				e.hub = e.startWith(actors.Options{Journal: sick(e)})
				if got := totals(t, e.hub); got == want {
					t.Fatalf("nothing is missing in %s", got)
				}
				e.stop()
				e.journal.Mend("session/2", 3)
				for range 2 {
					reader := metric.NewManualReader()
					e.hub = e.startWith(actors.Options{Journal: e.journal, Meter: metric.NewMeterProvider(metric.WithReader(reader)).Meter("")})
					if got := totals(t, e.hub); got != want {
						t.Fatalf("%s, want %s", got, want)
					}
					if n := gauge(t, reader, "partyline.sessions.damaged"); n != 0 {
						t.Errorf("%d damaged sessions", n)
					}
					e.stop()
				}
				e.hub = e.start()
			})
		})
	}
}

// totals are those of the games of nights, and the list of sessions.
func totals(t *testing.T, h *actors.Hub) string {
	t.Helper()
	all := ""
	for id := protocol.GameID(1); id <= 3; id++ {
		g, err := h.Game(t.Context(), id)
		if err != nil {
			t.Fatal(err)
		}
		all += fmt.Sprintf("game %d: %d plays, +%d -%d; ", id, g.PlayCount, g.Upvotes, g.Downvotes)
	}
	list, err := h.Sessions(t.Context(), protocol.PageQuery{})
	if err != nil {
		t.Fatal(err)
	}
	return all + fmt.Sprintf("%d sessions", len(list.Rows))
}

// TestNewCorruptSessionIsRemembered, also when it is as many sessions as before.
func TestNewCorruptSessionIsRemembered(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		e := nights(t)
		for _, id := range []string{"session/2", "session/1"} {
			e.stop()
			e.journal.Damage(id, 3)
			e.hub = e.startWith(actors.Options{Journal: forgetful{e.journal}})
			if id == "session/2" {
				e.journal.Mend(id, 3)
			}
		}
		e.stop()
		reader := metric.NewManualReader()
		e.hub = e.startWith(actors.Options{Journal: e.journal, Meter: metric.NewMeterProvider(metric.WithReader(reader)).Meter("")})
		if n := gauge(t, reader, "partyline.sessions.damaged"); n != 1 {
			t.Errorf("%d damaged sessions, want 1", n)
		}
	})
}

// rotten cannot read the snapshot of the standings.
type rotten struct{ *memory.Journal }

func (r rotten) LoadSnapshot(ctx context.Context, stream string) (persistence.Snapshot, bool, error) {
	if stream == "standings" {
		return persistence.Snapshot{}, false, persistence.ErrCorrupt
	}
	return r.Journal.LoadSnapshot(ctx, stream)
}

// TestTotalsOfDeletedSessionsSurviveCorruptSnapshot: their records are gone, or about to
// go, and what was counted of them is there, once.
func TestTotalsOfDeletedSessionsSurviveCorruptSnapshot(t *testing.T) {
	for name, wait := range map[string]bool{"erased": true, "not erased yet": false} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				e := nights(t)
				do[protocol.DeletedSession](t, e.hub, protocol.DeleteSession{ID: 2})
				if wait {
					rest(tenMinutes)
					if n := countOf(t, e.journal, "session/2"); n != 1 {
						t.Fatalf("%d records are there", n)
					}
				}
				want := totals(t, e.hub)
				e.stop()
				e.hub = e.startWith(actors.Options{Journal: rotten{e.journal}})
				if got := totals(t, e.hub); got != want {
					t.Fatalf("%s, want %s", got, want)
				}
				do[protocol.DeletedSession](t, e.hub, protocol.DeleteSession{ID: 3}) // and one more
				want = totals(t, e.hub)
				for range 2 {
					e.stop()
					e.hub = e.startWith(actors.Options{Journal: rotten{e.journal}})
					if got := totals(t, e.hub); got != want {
						t.Fatalf("%s, want %s", got, want)
					}
				}
			})
		})
	}
}
