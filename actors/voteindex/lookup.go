package voteindex

import (
	"context"
	"fmt"

	"partyline/persistence"
	"partyline/protocol"
)

// Name is what the disk knows of a name: its postings.
type Name struct {
	secret     [16]byte
	generation uint32 // of the newest postings that there were
	found      []foundPostings
}

// foundPostings are the postings of a name in one generation.
type foundPostings struct {
	generation uint32
	base       protocol.SessionID
	list       []byte
}

// Lookup reads the postings of a name from disk, some 300 keys that stand side by side with ten
// million votes. Any goroutine may call it; an error of persistence.ErrCorrupt means that the
// index must be built again.
func Lookup(ctx context.Context, store Store, name string) (*Name, error) {
	n := &Name{}
	err := store.ReadTable(ctx, Table, func(v persistence.TableView) error {
		value, ok, err := v.Get([]byte{metaKey})
		if err != nil || !ok {
			return err
		}
		hasher := &Index{}
		if hasher.meta, err = decodeMeta(value); err != nil {
			return err
		}
		n.secret, n.generation = hasher.secret, hasher.generation
		return n.read(v, hasher.hash(name))
	})
	if err != nil {
		return nil, fmt.Errorf("votes of a name: %w", err)
	}
	return n, nil
}

func (n *Name) read(v persistence.TableView, hash uint64) error {
	for e, err := range v.Scan(bucketPrefix(bucketOf(hash))) {
		if err != nil {
			return err
		}
		_, generation, ok := splitPostingKey(e.Key)
		if !ok {
			return errPostings
		}
		list, base, err := findPostings(e.Value, hash)
		if err != nil {
			return err
		}
		if len(list) > 0 {
			n.found = append(n.found, foundPostings{generation, base, append([]byte(nil), list...)})
		}
	}
	return nil
}
