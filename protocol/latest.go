package protocol

import "slices"

// MaxLatest is how many of the newest votes a tally and a state show: as many as fit
// on a screen beside the totals.
const MaxLatest = 5

// LatestVote is one of the newest votes of a session.
type LatestVote struct {
	GameID GameID `json:"game_id"`
	Vote
	// Device is the guest's, 0 for votes that have a name alone. Nobody is told it.
	Device DeviceID `json:"-"`
}

// Latest remembers the newest votes of a session. The zero value remembers none.
type Latest struct {
	ring [MaxLatest]LatestVote
	next int // where the next one goes
	held int
}

// Add takes in a vote that is newer than all before. It costs the same however many
// there were.
func (l *Latest) Add(v LatestVote) {
	l.ring[l.next] = v
	l.next = (l.next + 1) % MaxLatest
	l.held = min(l.held+1, MaxLatest)
}

// List is the remembered votes, the newest first, in the order of the log and not of
// their timestamps; never nil. The list is the caller's.
func (l *Latest) List() []LatestVote {
	list := make([]LatestVote, l.held)
	for i := range list {
		list[i] = l.ring[(l.next+MaxLatest-1-i)%MaxLatest]
	}
	return list
}

// Without is the newest votes but those of some devices. Those before them are forgotten,
// so there may be fewer.
func (l *Latest) Without(gone func(DeviceID) bool) Latest {
	return LatestOf(slices.DeleteFunc(l.List(), func(v LatestVote) bool { return v.Device != 0 && gone(v.Device) }))
}

// LatestOf is the reverse of List. Of a longer list the first count.
func LatestOf(list []LatestVote) Latest {
	var l Latest
	for i := min(len(list), MaxLatest) - 1; i >= 0; i-- {
		l.Add(list[i])
	}
	return l
}
