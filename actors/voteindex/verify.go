package voteindex

import (
	"context"
	"errors"
	"fmt"
	"iter"
	"math"

	"partyline/actors/rules/session/fact"
	"partyline/persistence"
	"partyline/protocol"
)

// Applied is a fact of a session with the position of its record. A nil Fact is one that cannot be
// read.
type Applied struct {
	Position persistence.Position
	Fact     fact.Fact
}

// Facts yields the facts of a session in their order; whole is false when the first ones are not
// there any more.
type Facts func(ctx context.Context, id protocol.SessionID) (facts iter.Seq2[Applied, error], whole bool, err error)

// Summary counts what a verification saw.
type Summary struct {
	Votes    int64
	Sessions int
	// Compared are the sessions whose votes were compared with the journal; votes of all others
	// were folded, or records of theirs are trimmed or cannot be read.
	Compared int
	// Faults are the sessions in which something does not fit.
	Faults int
}

// Verify compares the index on disk with the facts that it was made from, those of the sessions
// with some ids: each vote, the counts of each block, and the postings of all names. It calls
// report with each fault, and changes nothing. It is ErrUnusable when there is no index that would
// be used.
func Verify(ctx context.Context, store Store, head persistence.Position, ids iter.Seq2[protocol.SessionID, error], facts Facts, report func(string)) (Summary, error) {
	x, err := Load(ctx, store, Limits{}, head)
	if err != nil {
		return Summary{}, err
	}
	v := &verifier{Index: x, facts: facts, report: report, names: map[protocol.SessionID]uint64{}, faulty: map[protocol.SessionID]bool{}}
	err = store.ReadTable(ctx, Table, func(view persistence.TableView) error {
		for _, s := range x.sessions {
			if err := v.session(ctx, view, s); err != nil {
				return err
			}
		}
		return v.postings(view)
	})
	if err == nil {
		err = v.missing(ctx, ids)
	}
	v.summary.Votes, v.summary.Sessions = x.Votes(), len(x.sessions)
	return v.summary, err
}

// missing reports sessions of the journal that the index does not have.
func (v *verifier) missing(ctx context.Context, ids iter.Seq2[protocol.SessionID, error]) error {
	for id, err := range ids {
		if err != nil {
			return err
		}
		if v.find(id) != nil {
			continue
		}
		want, err := v.expected(ctx, id)
		if err != nil {
			return err
		}
		if want == nil { // not all of its facts are there, above all those of a deleted session
			continue
		}
		deleted, err := v.deleted(ctx, id)
		if err != nil {
			return err
		}
		if !deleted {
			v.fault(id, "it is not in the index")
		}
	}
	return nil
}

// deleted says whether a session whose facts are all there is deleted, also behind the position of the index: the names of
// deleted sessions are erased from disk before the rest of a flush.
func (v *verifier) deleted(ctx context.Context, id protocol.SessionID) (bool, error) {
	facts, _, err := v.facts(ctx, id)
	if err != nil {
		return false, err
	}
	for a, err := range facts {
		if err != nil {
			return false, err
		}
		if _, deleted := a.Fact.(*fact.Deleted); deleted {
			return true, nil
		}
	}
	return false, nil
}

type verifier struct {
	*Index
	facts   Facts
	report  func(string)
	summary Summary
	// names is, for each session, the sum of the prints of its votes that count, less those of
	// its postings.
	names map[protocol.SessionID]uint64
	// faulty are the sessions that a fault was reported of; their postings are not compared.
	faulty map[protocol.SessionID]bool
}

func (v *verifier) fault(id protocol.SessionID, format string, args ...any) {
	v.summary.Faults++
	v.faulty[id] = true
	v.report(fmt.Sprintf("session %d: ", id) + fmt.Sprintf(format, args...))
}

// session verifies the blocks of a session. It ends at the first fault of each session.
func (v *verifier) session(ctx context.Context, view persistence.TableView, s *session) error {
	var want *expectedVotes
	if s.base == 0 { // what was dropped may be ahead of the rest
		var err error
		if want, err = v.expected(ctx, s.id); err != nil {
			return err
		}
	}
	for i := s.base; i < len(s.blocks); i++ {
		if err := ctx.Err(); err != nil {
			return err
		}
		r, err := readRows(view, s.id, i)
		if errors.Is(err, persistence.ErrCorrupt) {
			v.fault(s.id, "%v", err)
			return nil
		}
		if err != nil {
			return err
		}
		if wrong := v.block(s, i, r); wrong != "" {
			v.fault(s.id, "block %d: %s", i, wrong)
			return nil
		}
		if want != nil && !want.next(s, s.blocks[i], r) {
			v.fault(s.id, "block %d does not have the votes of the journal", i)
			return nil
		}
	}
	if want == nil {
		return nil
	}
	v.summary.Compared++
	if n := want.left(); n > 0 {
		v.fault(s.id, "%d votes of the journal are missing", n)
	}
	return nil
}

// block compares the counts of a block with its votes, and adds the prints of its names.
func (v *verifier) block(s *session, i int, r *rows) (wrong string) {
	b := s.blocks[i]
	if len(r.ids) != b.votes || r.ids[0] != b.first {
		return "it is not the block of its directory"
	}
	var sums []sum
	for row, c := range r.codes {
		if c.play() >= len(s.plays) {
			return "a vote is for no play"
		}
		if !b.isDead(row) {
			sums = addSum(sums, c, 1)
			v.names[s.id] += printOf(v.hash(r.voters[r.names[row]]), i, c)
		}
	}
	for _, k := range b.sums {
		sums = addSum(sums, k.code, -k.n)
	}
	for _, k := range sums {
		if k.n != 0 {
			return "its counts are not those of its votes"
		}
	}
	return ""
}

// printOf is a number for a vote of a name in a block: the sums of two lists of votes are the same
// only if the lists are, but for one chance in 2^64.
func printOf(hash uint64, block int, c code) uint64 {
	h := hash ^ uint64(block)<<20 ^ uint64(c)
	h = (h ^ h>>30) * 0xbf58476d1ce4e5b9
	h = (h ^ h>>27) * 0x94d049bb133111eb
	return h ^ h>>31
}

// postings compares all postings with the votes.
func (v *verifier) postings(view persistence.TableView) error {
	for e, err := range view.Scan([]byte{postingPrefix}) {
		if err != nil {
			return err
		}
		bucket, generation, ok := splitPostingKey(e.Key)
		if !ok || generation > v.generation {
			return fmt.Errorf("%w: postings of generation %d", errPostings, generation)
		}
		if err := v.bucket(bucket, e.Value); err != nil {
			return err
		}
	}
	for _, s := range v.sessions {
		if v.names[s.id] != 0 && !v.faulty[s.id] {
			v.fault(s.id, "the postings of its names are not those of its votes")
		}
	}
	return nil
}

func (v *verifier) bucket(bucket uint64, value []byte) error {
	return eachName(value, func(short uint64, list []byte, base protocol.SessionID) error {
		hash := bucket<<(64-bucketBits) | short
		return eachPosting(list, base, func(id protocol.SessionID, block int, c code, n int64) {
			if s := v.find(id); s != nil && block >= s.base {
				v.names[id] -= uint64(n) * printOf(hash, block, c)
			}
		})
	})
}

// expectedVotes are the votes of a session as its facts have them.
type expectedVotes struct {
	s      *session
	titles []protocol.EventGame
	block  int
	row    int
}

// expected applies the facts of a session to an index in memory. It is nil when they cannot be
// compared: not all are there, one cannot be read, or one is only applied in part.
func (v *verifier) expected(ctx context.Context, id protocol.SessionID) (*expectedVotes, error) {
	facts, whole, err := v.facts(ctx, id)
	if err != nil || !whole {
		return nil, err
	}
	x := New(nil, Limits{Votes: math.MaxInt, Bytes: math.MaxInt, Changes: math.MaxInt, Records: math.MaxInt64})
	for a, err := range facts {
		if err != nil {
			return nil, err
		}
		if a.Position > v.through {
			if a.Position == v.through+1 && v.begun(a.Fact) {
				return nil, nil
			}
			break
		}
		if a.Fact == nil {
			return nil, nil
		}
		if err := x.Apply(id, a.Position, a.Fact); err != nil {
			return nil, err
		}
	}
	s := x.find(id)
	if s == nil {
		return nil, nil
	}
	return &expectedVotes{s: s, titles: x.titles, block: s.base}, nil
}

// begun says whether the fact after the last one may be applied in part: it is flushed on the way.
func (v *verifier) begun(f fact.Fact) bool {
	_, void := f.(*fact.VotesVoided)
	return void || v.partial > 0
}

// next says whether the votes of a stored block are those that come next.
func (e *expectedVotes) next(s *session, b *block, r *rows) bool {
	for row, id := range r.ids {
		if e.block < len(e.s.blocks) && e.row == e.s.blocks[e.block].votes {
			e.block, e.row = e.block+1, 0
		}
		if e.block == len(e.s.blocks) {
			return false
		}
		want := e.s.blocks[e.block]
		w, i := want.rows, e.row
		e.row++
		if w.ids[i] != id || w.voters[w.names[i]] != r.voters[r.names[row]] || w.codes[i]&1 != r.codes[row]&1 ||
			w.created[i] != r.created[row] || w.times[i] != r.times[row] || want.isDead(i) != b.isDead(row) ||
			e.s.plays[w.codes[i].play()].id != s.plays[r.codes[row].play()].id || w.device(i) != r.device(row) {
			return false
		}
	}
	return true
}

// left is how many votes do not come any more.
func (e *expectedVotes) left() (n int) {
	for i := e.block; i < len(e.s.blocks); i++ {
		n += e.s.blocks[i].votes
	}
	return n - e.row
}

func (r *rows) device(row int) protocol.DeviceID {
	if r.devices == nil {
		return 0
	}
	return r.devices[row]
}
