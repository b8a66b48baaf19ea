package session

import (
	"slices"

	"partyline/actors/rules/session/fact"
	"partyline/protocol"
)

// duplicateWindow is protocol.DuplicateWindow in the unit of timestamps.
const duplicateWindow = protocol.Timestamp(protocol.DuplicateWindow / 1e6)

// voters holds the timestamps of every vote by the voter's folded name, so that a duplicate
// is found however old it is: chat bots send a whole session again after a reconnect. A
// vote costs eight bytes, a name about a hundred.
//
// Accepted votes of one name are at least a duplicateWindow apart and lie within the session,
// so a list holds at most one entry a second and an insertion into its middle stays cheap (a
// day is 700 kB to move at worst).
//
// The zero value is ready to use.
type voters struct {
	index map[string]int32
	// list is in the order of first votes, which makes snapshots deterministic.
	list []voter
}

type voter struct {
	name  string               // folded
	votes []protocol.Timestamp // ascending, at least a duplicateWindow apart
}

// hasVoteNear says whether the name has a vote less than a duplicateWindow away from ts.
func (v *voters) hasVoteNear(name string, ts protocol.Timestamp) bool {
	var room [fact.MaxFolded]byte
	return anyNear(v.votesOf(fact.Fold(room[:0], name)), ts)
}

// votesOf returns the votes of a folded name, nil for none.
func (v *voters) votesOf(key []byte) []protocol.Timestamp {
	i, ok := v.index[string(key)]
	if !ok {
		return nil
	}
	return v.list[i].votes
}

// anyNear says whether one of the votes is less than a duplicateWindow away from ts.
func anyNear(votes []protocol.Timestamp, ts protocol.Timestamp) bool {
	if len(votes) == 0 || votes[len(votes)-1]+duplicateWindow <= ts {
		return false
	}
	n, _ := slices.BinarySearch(votes, ts-duplicateWindow+1)
	return n < len(votes) && votes[n] < ts+duplicateWindow
}

// add adds a vote that is not near another.
func (v *voters) add(name string, ts protocol.Timestamp) {
	var room [fact.MaxFolded]byte
	key := fact.Fold(room[:0], name)
	i, ok := v.index[string(key)]
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

// addChat adds the votes of a chat log, none of which is near another. Inserting them one by
// one would move a long list for each.
func (v *voters) addChat(f *fact.ChatImported) {
	var room [fact.MaxFolded]byte
	places := make([]int32, len(f.Names)) // from 1
	for _, vote := range f.Votes {
		place := &places[vote.Voter]
		if *place == 0 {
			*place = v.findOrAdd(fact.Fold(room[:0], f.Names[vote.Voter])) + 1
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

// findOrAdd returns the index of the voter of a folded name, adding a new one.
func (v *voters) findOrAdd(key []byte) int32 {
	i, ok := v.index[string(key)]
	if !ok {
		i = int32(len(v.list))
		v.insert(voter{name: string(key)})
	}
	return i
}

func (v *voters) insert(w voter) {
	if v.index == nil {
		v.index = make(map[string]int32)
	}
	v.index[w.name] = int32(len(v.list))
	v.list = append(v.list, w)
}
