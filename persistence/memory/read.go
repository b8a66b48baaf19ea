package memory

import (
	"context"
	"fmt"
	"iter"
	"maps"
	"slices"
	"strings"

	"partyline/persistence"
)

// Read yields the stream's records after a sequence, as of the call.
func (j *Journal) Read(ctx context.Context, stream string, after persistence.Seq) iter.Seq2[persistence.Record, error] {
	places := j.positions(stream)
	places = places[min(after, persistence.Seq(len(places))):]
	return j.yield(ctx, stream, slices.Values(places))
}

// ReadBack yields the stream's records before a sequence, the newest first.
func (j *Journal) ReadBack(ctx context.Context, stream string, before persistence.Seq) iter.Seq2[persistence.Record, error] {
	places := j.positions(stream)
	if before > 0 {
		places = places[:min(before-1, persistence.Seq(len(places)))]
	}
	return j.yield(ctx, stream, func(yield func(persistence.Position) bool) {
		for _, p := range slices.Backward(places) {
			if !yield(p) {
				return
			}
		}
	})
}

// ReadAll yields the records of all streams after a position, up to the head as of
// the call.
func (j *Journal) ReadAll(ctx context.Context, after persistence.Position) iter.Seq2[persistence.Record, error] {
	head := j.Head()
	return j.yield(ctx, "*", func(yield func(persistence.Position) bool) {
		for p := after + 1; p <= head; p++ {
			if !yield(p) {
				return
			}
		}
	})
}

// Last is the sequence of the stream's last committed record.
func (j *Journal) Last(ctx context.Context, stream string) (persistence.Seq, error) {
	if err := j.checkOpen(ctx); err != nil {
		return 0, fmt.Errorf("last %s: %w", stream, err)
	}
	return persistence.Seq(len(j.positions(stream))), nil
}

// Streams yields the names of all streams with the prefix, ascending.
func (j *Journal) Streams(ctx context.Context, prefix string) iter.Seq2[string, error] {
	return func(yield func(string, error) bool) {
		for _, name := range j.streamNames(prefix) {
			if err := j.checkOpen(ctx); err != nil {
				yield("", fmt.Errorf("streams %q: %w", prefix, err))
				return
			}
			if !yield(name, nil) {
				return
			}
		}
	}
}

// yield hands out the records at the positions, each in the same buffer as the one before:
// a caller who keeps Data finds it overwritten, here as on disk.
func (j *Journal) yield(ctx context.Context, stream string, places iter.Seq[persistence.Position]) iter.Seq2[persistence.Record, error] {
	return func(yield func(persistence.Record, error) bool) {
		var buf []byte
		if err := j.checkOpen(ctx); err != nil {
			yield(persistence.Record{}, fmt.Errorf("read %s: %w", stream, err))
			return
		}
		for p := range places {
			if err := j.checkOpen(ctx); err != nil {
				yield(persistence.Record{}, fmt.Errorf("read %s: %w", stream, err))
				return
			}
			r, trimmed, err := j.recordAt(p)
			if trimmed {
				continue
			}
			if err != nil {
				yield(persistence.Record{}, fmt.Errorf("read %s: %w", stream, err))
				return
			}
			buf = append(buf[:0], r.Data...)
			r.Data = buf
			if !yield(r, nil) {
				return
			}
		}
	}
}

func (j *Journal) checkOpen(ctx context.Context) error {
	if err := ctx.Err(); err != nil {
		return err
	}
	j.mu.RLock()
	defer j.mu.RUnlock()
	if j.closed {
		return persistence.ErrClosed
	}
	return nil
}

func (j *Journal) positions(stream string) []persistence.Position {
	j.mu.RLock()
	defer j.mu.RUnlock()
	return j.streams[stream]
}

// recordAt is the record at a position, or *persistence.Damage.
func (j *Journal) recordAt(p persistence.Position) (r persistence.Record, trimmed bool, err error) {
	j.mu.RLock()
	defer j.mu.RUnlock()
	r = j.records[p-1]
	if j.damaged[p] {
		err = &persistence.Damage{Stream: r.Stream, First: r.Seq, Last: r.Seq, FirstPosition: p, LastPosition: p,
			Err: fmt.Errorf("%w: damaged by a test", persistence.ErrCorrupt)}
	}
	return r, r.Seq <= j.trimmed[r.Stream], err
}

func (j *Journal) streamNames(prefix string) []string {
	j.mu.RLock()
	defer j.mu.RUnlock()
	names := slices.Sorted(maps.Keys(j.streams))
	return slices.DeleteFunc(names, func(name string) bool { return !strings.HasPrefix(name, prefix) })
}
