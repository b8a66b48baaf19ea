package standings

import (
	"encoding/binary"
	"errors"
	"maps"
	"math"
	"slices"

	"partyline/actors/codec"
	"partyline/protocol"
)

// SnapshotVersion is the format that AppendSnapshot writes and Restore reads:
//
//	last id, n, n × (id, created, flags, [closed], [folded], [notes], [generation, code], games played, tallies), tallies of deleted sessions
//	tallies = n, n × (game, plays, up, down)
//
// Numbers are varints: signed for times, unsigned for the rest. Ids of sessions and games
// ascend and are stored as the distance to the one before. The flags are one byte; notes and
// code are a length and that many bytes. A session's join code is stored only while it is
// open. The totals are not stored: they are the sum of the parts, so they cannot disagree
// with them.
const SnapshotVersion uint32 = 2

const (
	flagClosed byte = 1 << iota
	flagNotes
	flagJoin
	flagFolded
)

const (
	// minSessionSize and minTallySize are the fewest bytes a session and a tally take. They
	// bound what a count can make Restore allocate.
	minSessionSize = 5
	minTallySize   = 4
)

// AppendSnapshot appends the whole state to dst.
func (s *State) AppendSnapshot(dst []byte) []byte {
	dst = binary.AppendUvarint(dst, uint64(s.lastID))
	dst = binary.AppendUvarint(dst, uint64(len(s.ids)))
	before := protocol.SessionID(0)
	for _, id := range s.ids {
		dst = binary.AppendUvarint(dst, uint64(id-before))
		dst = s.sessions[id].append(dst)
		before = id
	}
	gone := make([]gameTally, 0, len(s.deletedGames))
	for _, id := range slices.Sorted(maps.Keys(s.deletedGames)) {
		gone = append(gone, gameTally{id, *s.deletedGames[id]})
	}
	return appendTallies(dst, gone)
}

func (totals *sessionTotals) append(dst []byte) []byte {
	dst = binary.AppendVarint(dst, int64(totals.created))
	var flags byte
	if totals.closed != nil {
		flags |= flagClosed
	}
	if totals.notes != nil {
		flags |= flagNotes
	}
	if totals.join.code != "" {
		flags |= flagJoin
	}
	if totals.folded != nil {
		flags |= flagFolded
	}
	dst = append(dst, flags)
	if totals.closed != nil {
		dst = binary.AppendVarint(dst, int64(*totals.closed))
	}
	if totals.folded != nil {
		dst = binary.AppendVarint(dst, int64(*totals.folded))
	}
	if totals.notes != nil {
		dst = binary.AppendUvarint(dst, uint64(len(*totals.notes)))
		dst = append(dst, *totals.notes...)
	}
	if totals.join.code != "" {
		dst = binary.AppendUvarint(dst, uint64(totals.join.generation))
		dst = binary.AppendUvarint(dst, uint64(len(totals.join.code)))
		dst = append(dst, totals.join.code...)
	}
	dst = binary.AppendUvarint(dst, uint64(totals.gamesPlayed))
	return appendTallies(dst, totals.tallies)
}

func appendTallies(dst []byte, tallies []gameTally) []byte {
	dst = binary.AppendUvarint(dst, uint64(len(tallies)))
	before := protocol.GameID(0)
	for _, t := range tallies {
		dst = binary.AppendUvarint(dst, uint64(t.game-before))
		dst = binary.AppendUvarint(dst, uint64(t.plays))
		dst = binary.AppendUvarint(dst, uint64(t.up))
		dst = binary.AppendUvarint(dst, uint64(t.down))
		before = t.game
	}
	return dst
}

// Restore replaces the state by a snapshot's. It never panics and allocates no more than a
// small multiple of the data; after an error the state is unchanged.
func (s *State) Restore(data []byte) error {
	r := &reader{codec.Reader{Rest: data}}
	fresh := New()
	last := protocol.SessionID(r.ID())
	id := int64(0)
	for n := r.count(minSessionSize); n > 0 && !r.Failed; n-- {
		id = r.after(id)
		totals := r.session()
		fresh.addSession(protocol.SessionID(id), totals)
		for _, t := range totals.tallies {
			tallyOf(fresh.games, t.game).add(t.tally)
		}
	}
	for _, t := range r.tallies() {
		tallyOf(fresh.games, t.game).add(t.tally)
		tallyOf(fresh.deletedGames, t.game).add(t.tally)
	}
	if !r.Done() || fresh.lastID > last {
		return errors.New("standings: not a snapshot")
	}
	fresh.lastID = last
	*s = *fresh
	return nil
}

// reader decodes a snapshot; see codec.Reader.
type reader struct{ codec.Reader }

func (r *reader) session() *sessionTotals {
	totals := &sessionTotals{created: protocol.Timestamp(r.Varint())}
	flags := r.Byte()
	if flags&^(flagClosed|flagNotes|flagJoin|flagFolded) != 0 || flags&flagFolded != 0 && flags&flagClosed == 0 {
		r.Fail()
	}
	if flags&flagClosed != 0 {
		at := protocol.Timestamp(r.Varint())
		totals.closed = &at
	}
	if flags&flagFolded != 0 {
		at := protocol.Timestamp(r.Varint())
		totals.folded = &at
	}
	if flags&flagNotes != 0 {
		notes := string(r.Bytes(len(r.Rest)))
		totals.notes = &notes
	}
	if flags&flagJoin != 0 {
		totals.join = r.joinState(totals.closed != nil)
	}
	totals.gamesPlayed = int(r.ID())
	totals.tallies = r.tallies()
	return totals
}

// joinState reads the code of an open session; a closed session has none.
func (r *reader) joinState(closed bool) joinState {
	generation := r.ID()
	code, ok := protocol.NormalizeJoinCode(string(r.Bytes(len(r.Rest))))
	if closed || !ok || generation < 1 || generation > math.MaxUint32 {
		r.Fail()
	}
	return joinState{protocol.JoinGeneration(generation), code}
}

func (r *reader) tallies() []gameTally {
	n := r.count(minTallySize)
	list := make([]gameTally, 0, n)
	game := int64(0)
	for ; n > 0 && !r.Failed; n-- {
		game = r.after(game)
		list = append(list, gameTally{protocol.GameID(game), tally{r.ID(), r.ID(), r.ID()}})
	}
	return list
}

// count reads how many items follow that take at least minSize bytes each.
func (r *reader) count(minSize int) int {
	n := r.ID()
	if n > int64(len(r.Rest)/minSize) {
		r.Fail()
		return 0
	}
	return int(n)
}

// after reads the distance to the previous number, at least 1.
func (r *reader) after(previous int64) int64 {
	n := r.ID()
	if n < 1 || n > math.MaxInt64-previous {
		r.Fail()
		return 0
	}
	return previous + n
}
