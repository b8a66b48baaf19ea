package voteindex

import (
	"context"
	"fmt"
	"slices"

	"partyline/actors/rules/session/fact"
	"partyline/persistence"
	"partyline/protocol"
)

// replace takes the vote that a phone's vote replaces out of the counts. b is the block that the
// new one will be added to.
func (x *Index) replace(s *session, b *block, v *vote) error {
	if v.Replaced != "" && s.last == nil {
		if err := x.findBallots(s); err != nil {
			return err
		}
	}
	if s.last == nil {
		return nil
	}
	key := ballot{v.Device, v.Play}
	if before, found := s.last[key]; found && v.Replaced != "" {
		x.kill(s, before)
	}
	s.last[key] = place{block: int32(len(s.blocks) - 1), row: uint16(b.votes), code: v.code, hash: x.hash(v.Username)}
	return nil
}

// findBallots reads the newest votes of all phones of a session.
func (x *Index) findBallots(s *session) error {
	s.last = map[ballot]place{}
	x.withLast = append(x.withLast, s)
	for i := s.base; i < len(s.blocks); i++ {
		err := x.eachDevice(s, i, func(d protocol.DeviceID, p place) { s.last[ballot{d, s.plays[p.code.play()].id}] = p })
		if err != nil {
			return err
		}
	}
	return nil
}

// eachDevice calls f with the votes of phones in a block, in their order.
func (x *Index) eachDevice(s *session, i int, f func(protocol.DeviceID, place)) error {
	r := s.blocks[i].rows
	if r == nil {
		var err error
		if r, err = x.readBlock(s.id, i); err != nil {
			return err
		}
	}
	for row, d := range r.devices {
		if d != 0 {
			if r.codes[row].play() >= len(s.plays) {
				return errBlock
			}
			f(d, place{block: int32(i), row: uint16(row), code: r.codes[row], hash: x.hash(r.voters[r.names[row]])})
		}
	}
	return nil
}

// kill takes a vote out of the counts, unless it is out of them already.
func (x *Index) kill(s *session, p place) {
	b := s.blocks[p.block]
	words := len(b.dead)
	if !b.kill(int(p.row), p.code) {
		return
	}
	x.pending.Bytes += 8 * (len(b.dead) - words)
	s.group.stale = true
	s.sums = addSum(s.sums, p.code, -1)
	s.votes--
	x.touch(s, int(p.block))
	if b.names != nil {
		return // no posting has the vote yet
	}
	x.corrections = append(x.corrections, correction{session: s.id, block: p.block, code: p.code, hash: p.hash})
	x.pending.Bytes += newNameBytes + voteBytes
}

// void takes all votes of some phones out of the counts, block by block. Flushed on the way it
// begins again behind a kill, and finds that what was flushed is done.
func (x *Index) void(s *session, f *fact.VotesVoided) error {
	devices := make(map[protocol.DeviceID]struct{}, len(f.Devices))
	for _, d := range f.Devices {
		devices[d] = struct{}{}
	}
	for i := s.base; i < len(s.blocks); i++ {
		err := x.eachDevice(s, i, func(d protocol.DeviceID, p place) {
			if _, voided := devices[d]; voided {
				x.kill(s, p)
			}
		})
		if err != nil {
			return err
		}
		if x.Due() {
			if err := x.Flush(context.Background()); err != nil {
				return err
			}
		}
	}
	return nil
}

// readBlock reads a block from disk.
func (x *Index) readBlock(id protocol.SessionID, i int) (r *rows, err error) {
	err = x.store.ReadTable(context.Background(), Table, func(v persistence.TableView) error {
		r, err = readRows(v, id, i)
		return err
	})
	return r, err
}

func readRows(v persistence.TableView, id protocol.SessionID, i int) (*rows, error) {
	value, ok, err := v.Get(blockKey(id, i))
	if err != nil {
		return nil, err
	}
	if !ok {
		return nil, fmt.Errorf("%w: block %d of session %d is missing", persistence.ErrCorrupt, i, id)
	}
	r, err := decodeRows(value)
	if err != nil {
		return nil, fmt.Errorf("block %d of session %d: %w", i, id, err)
	}
	return r, nil
}

// forgetIdle drops what is known of the phones of sessions in which nothing changed since the
// last flush.
func (x *Index) forgetIdle() {
	x.withLast = slices.DeleteFunc(x.withLast, func(s *session) bool {
		if _, recent := x.recent[s]; !recent {
			s.last = nil
		}
		return s.last == nil
	})
}
