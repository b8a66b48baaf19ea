package memory

import (
	"bytes"
	"context"
	"fmt"
	"iter"
	"maps"
	"slices"
	"strings"

	"partyline/persistence"
)

// table is one version of a table; it is never changed.
type table map[string][]byte

// ReadTable calls f with a view of a table.
func (j *Journal) ReadTable(ctx context.Context, name string, f func(persistence.TableView) error) error {
	if err := persistence.CheckStream(name); err != nil {
		return fmt.Errorf("read table %s: %w", name, err)
	}
	if err := j.checkOpen(ctx); err != nil {
		return fmt.Errorf("read table %s: %w", name, err)
	}
	j.mu.RLock()
	view := j.tables[name]
	j.mu.RUnlock()
	if err := f(view); err != nil {
		return fmt.Errorf("read table %s: %w", name, err)
	}
	return nil
}

// Get is a copy of the value of a key.
func (t table) Get(key []byte) (value []byte, ok bool, err error) {
	value, ok = t[string(key)]
	return bytes.Clone(value), ok, nil
}

// Scan yields the entries whose keys begin with prefix, each in the buffers of the one before.
func (t table) Scan(prefix []byte) iter.Seq2[persistence.TableEntry, error] {
	return func(yield func(persistence.TableEntry, error) bool) {
		var e persistence.TableEntry
		for _, key := range slices.Sorted(maps.Keys(t)) {
			if !strings.HasPrefix(key, string(prefix)) {
				continue
			}
			e.Key, e.Value = append(e.Key[:0], key...), append(e.Value[:0], t[key]...)
			if !yield(e, nil) {
				return
			}
		}
	}
}

// UpdateTable makes all changes or none.
func (j *Journal) UpdateTable(ctx context.Context, name string, changes []persistence.TableEntry) error {
	if err := persistence.CheckTableUpdate(name, changes); err != nil {
		return fmt.Errorf("update table %s: %w", name, err)
	}
	if err := j.checkTableWrite(ctx); err != nil {
		return fmt.Errorf("update table %s: %w", name, err)
	}
	j.mu.Lock()
	defer j.mu.Unlock()
	next := maps.Clone(j.tables[name])
	if next == nil {
		next = table{}
	}
	for _, c := range changes {
		if c.Value == nil {
			delete(next, string(c.Key))
			continue
		}
		next[string(c.Key)] = bytes.Clone(c.Value)
	}
	j.tables[name] = next
	return nil
}

// DropTable removes all keys of a table.
func (j *Journal) DropTable(ctx context.Context, name string) error {
	if err := persistence.CheckStream(name); err != nil {
		return fmt.Errorf("drop table %s: %w", name, err)
	}
	if err := j.checkTableWrite(ctx); err != nil {
		return fmt.Errorf("drop table %s: %w", name, err)
	}
	j.mu.Lock()
	defer j.mu.Unlock()
	delete(j.tables, name)
	return nil
}

func (j *Journal) checkTableWrite(ctx context.Context) error {
	if err := j.checkOpen(ctx); err != nil {
		return err
	}
	return j.controls.refusalErr()
}
