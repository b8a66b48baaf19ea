package protocol

import "slices"

// MaxLatestVotes is how many of the newest votes a tally and a state show: as many as fit
// on a screen beside the totals.
const MaxLatestVotes = 5

// LatestVote is one of the newest votes of a session.
type LatestVote struct {
	GameID GameID `json:"game_id"`
	Vote
	// Device is the guest's, 0 for votes that have a name alone. Nobody is told it.
	Device DeviceID `json:"-"`
}

// Latest remembers the newest votes of a session. The zero value remembers none.
type LatestVotes struct {
	ring  [MaxLatestVotes]LatestVote
	next  int // where the next one goes
	count int
}

// Add takes in a vote that is newer than all before. It costs the same however many
// there were.
func (l *LatestVotes) Add(v LatestVote) {
	l.ring[l.next] = v
	l.next = (l.next + 1) % MaxLatestVotes
	l.count = min(l.count+1, MaxLatestVotes)
}

// List is the remembered votes, the newest first, in the order of the log and not of
// their timestamps; never nil. The list is the caller's.
func (l *LatestVotes) List() []LatestVote {
	list := make([]LatestVote, l.count)
	for i := range list {
		list[i] = l.ring[(l.next+MaxLatestVotes-1-i)%MaxLatestVotes]
	}
	return list
}

// Without is the newest votes but those of some devices. Those before them are forgotten,
// so there may be fewer.
func (l *LatestVotes) Without(gone func(DeviceID) bool) LatestVotes {
	return LatestVotesOf(slices.DeleteFunc(l.List(), func(v LatestVote) bool { return v.Device != 0 && gone(v.Device) }))
}

// LatestVotesOf is the reverse of List. Of a longer list the first count.
func LatestVotesOf(list []LatestVote) LatestVotes {
	var l LatestVotes
	for i := min(len(list), MaxLatestVotes) - 1; i >= 0; i-- {
		l.Add(list[i])
	}
	return l
}
