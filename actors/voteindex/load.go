package voteindex

import (
	"context"
	"encoding/binary"
	"errors"
	"fmt"
	"math"

	"partyline/actors/codec"
	"partyline/persistence"
	"partyline/protocol"
)

// version is the format of the table. A table of another version is dropped and built again.
const version = 1

// encode is the value of the meta key: version, through, partial, generation as uvarints, and the
// secret.
func (m *meta) encode() []byte {
	b := binary.AppendUvarint(nil, version)
	b = binary.AppendUvarint(b, uint64(m.through))
	b = binary.AppendUvarint(b, uint64(m.partial))
	b = binary.AppendUvarint(b, uint64(m.generation))
	return append(b, m.secret[:]...)
}

// ErrUnusable: the table holds no index that can be used: none, one of another version, or one of
// a journal that had more records. It must be dropped and built again.
var ErrUnusable = errors.New("no usable vote index")

func decodeMeta(b []byte) (m meta, err error) {
	d := codec.Reader{Rest: b}
	if v := d.Uvarint(); d.Failed || v != version {
		return m, fmt.Errorf("%w: it is of version %d", ErrUnusable, v)
	}
	m.through = persistence.Position(d.UvarintAtMost(math.MaxInt64))
	m.partial = int(d.UvarintAtMost(1 << VoteBits))
	m.generation = uint32(d.UvarintAtMost(math.MaxUint32))
	copy(m.secret[:], d.Take(len(m.secret)))
	if !d.Done() {
		return m, fmt.Errorf("%w: vote index: meta", persistence.ErrCorrupt)
	}
	return m, nil
}

func encodeTitle(g protocol.EventGame) []byte {
	b := binary.AppendUvarint(nil, uint64(g.ID))
	b = append(binary.AppendUvarint(b, uint64(len(g.Title))), g.Title...)
	return append(binary.AppendUvarint(b, uint64(len(g.PackName))), g.PackName...)
}

func decodeTitle(b []byte) (g protocol.EventGame, err error) {
	d := codec.Reader{Rest: b}
	g.ID = protocol.GameID(d.ID())
	g.Title, g.PackName = string(d.Bytes(len(d.Rest))), string(d.Bytes(len(d.Rest)))
	if !d.Done() {
		return g, fmt.Errorf("%w: vote index: title", persistence.ErrCorrupt)
	}
	return g, nil
}

// Load reads the index from the table; head is the journal's. The error is ErrUnusable or
// persistence.ErrCorrupt when the table must be dropped and the index built again.
func Load(ctx context.Context, store Store, l Limits, head persistence.Position) (*Index, error) {
	x := New(store, l)
	err := store.ReadTable(ctx, Table, func(v persistence.TableView) error {
		if err := x.loadMeta(v, head); err != nil {
			return err
		}
		return errors.Join(x.loadTitles(v), x.loadDirectory(v))
	})
	if err != nil {
		return nil, err
	}
	x.flushed, x.storedTitles = x.through, len(x.titles)
	return x, nil
}

func (x *Index) loadMeta(v persistence.TableView, head persistence.Position) error {
	value, ok, err := v.Get([]byte{metaKey})
	if err != nil {
		return err
	}
	if !ok {
		return ErrUnusable
	}
	if x.meta, err = decodeMeta(value); err != nil {
		return err
	}
	if x.through > head {
		return fmt.Errorf("%w: it has applied record %d, and the journal ends at %d", ErrUnusable, x.through, head)
	}
	return nil
}

func (x *Index) loadTitles(v persistence.TableView) error {
	for e, err := range v.Scan([]byte{titlePrefix}) {
		if err != nil {
			return err
		}
		g, err := decodeTitle(e.Value)
		if err != nil {
			return err
		}
		if string(e.Key) != string(titleKey(len(x.titles))) {
			return fmt.Errorf("%w: vote index: title %d is missing", persistence.ErrCorrupt, len(x.titles))
		}
		x.titleIndex[g] = uint32(len(x.titles))
		x.titles = append(x.titles, g)
	}
	return nil
}

func (x *Index) loadDirectory(v persistence.TableView) error {
	var s *session
	for e, err := range v.Scan([]byte{directoryPrefix}) {
		if err != nil {
			return err
		}
		id, part, ok := splitDirectoryKey(e.Key)
		if s == nil || s.id != id {
			if part > 0 {
				continue // of a session whose removal was cut off
			}
			x.loaded(s)
			s = &session{id: id}
		}
		if !ok {
			return fmt.Errorf("%w: vote index: key %q", persistence.ErrCorrupt, e.Key)
		}
		if err := s.readPart(e.Value, part, len(x.titles)); err != nil {
			return fmt.Errorf("session %d: %w", id, err)
		}
	}
	x.loaded(s)
	return nil
}

// loaded adds a session that was read.
func (x *Index) loaded(s *session) {
	if s == nil {
		return
	}
	for len(s.blocks) < s.base {
		s.blocks = append(s.blocks, &block{})
	}
	s.stored = len(s.blocks)
	if !s.gone {
		s.group = x.groupOf(s.id)
		x.sessions = append(x.sessions, s)
	}
	if s.erased < s.base || s.gone {
		x.erasing = append(x.erasing, s)
	}
}
