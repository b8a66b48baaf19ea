package session

import (
	"slices"

	"partyline/actors/session/fact"
	"partyline/protocol"
)

// window is protocol.DuplicateWindow in the unit of timestamps.
const window = protocol.Timestamp(protocol.DuplicateWindow / 1e6)

// voters remembers the timestamps of every vote by the voter's folded name, so that
// a duplicate is found however old it is: chat bots send an evening again after a
// reconnect. A vote costs eight bytes, a name about a hundred.
//
// Accepted votes of one name are at least a window apart and lie within the
// evening, so a list holds at most one entry a second and inserting into the
// middle of it stays cheap (a day is 700 kB to move at worst).
//
// The zero value is ready to use.
type voters struct {
	places map[string]int32
	// list is in the order of first votes, which makes snapshots deterministic.
	list []voter
}

type voter struct {
	name  string               // folded
	votes []protocol.Timestamp // ascending, at least a window apart
}

// near says whether that name has a vote less than a window away from ts.
func (v *voters) near(name string, ts protocol.Timestamp) bool {
	var room [fact.MaxFolded]byte
	return within(v.of(fact.Fold(room[:0], name)), ts)
}

// of is the votes under a folded name, nil when there are none.
func (v *voters) of(key []byte) []protocol.Timestamp {
	i, ok := v.places[string(key)]
	if !ok {
		return nil
	}
	return v.list[i].votes
}

// within says whether one of the votes is less than a window away from ts.
func within(votes []protocol.Timestamp, ts protocol.Timestamp) bool {
	if len(votes) == 0 || votes[len(votes)-1]+window <= ts {
		return false
	}
	n, _ := slices.BinarySearch(votes, ts-window+1)
	return n < len(votes) && votes[n] < ts+window
}

// add remembers a vote that is near no other.
func (v *voters) add(name string, ts protocol.Timestamp) {
	var room [fact.MaxFolded]byte
	key := fact.Fold(room[:0], name)
	i, ok := v.places[string(key)]
	if !ok {
		v.insert(voter{name: string(key), votes: []protocol.Timestamp{ts}})
		return
	}
	votes := v.list[i].votes
	n := len(votes)
	if votes[n-1] >= ts {
		n, _ = slices.BinarySearch(votes, ts)
	}
	v.list[i].votes = slices.Insert(votes, n, ts)
}

// merge remembers the votes of a chat log, which are near no others. Inserting them one
// by one would move a long list for each.
func (v *voters) merge(f *fact.ChatImported) {
	var room [fact.MaxFolded]byte
	places := make([]int32, len(f.Names)) // from 1
	for _, vote := range f.Votes {
		place := &places[vote.Voter]
		if *place == 0 {
			*place = v.place(fact.Fold(room[:0], f.Names[vote.Voter])) + 1
		}
		w := &v.list[*place-1]
		w.votes = append(w.votes, vote.Timestamp)
	}
	for _, place := range places {
		if place == 0 {
			continue
		}
		if votes := v.list[place-1].votes; !slices.IsSorted(votes) {
			slices.Sort(votes)
		}
	}
}

// place finds the voter of a folded name, or begins one.
func (v *voters) place(key []byte) int32 {
	i, ok := v.places[string(key)]
	if !ok {
		i = int32(len(v.list))
		v.insert(voter{name: string(key)})
	}
	return i
}

func (v *voters) insert(w voter) {
	if v.places == nil {
		v.places = make(map[string]int32)
	}
	v.places[w.name] = int32(len(v.list))
	v.list = append(v.list, w)
}
