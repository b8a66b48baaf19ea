package session

import (
	"math"
	"sort"

	"partyline/protocol"
)

// A vote belongs to the playing that was on when it was sent, and what tells that is the
// stamp of the voter. It is held against the hub's time, which there is twice: the clock,
// which may have been set and put right, and the steady time, which is right when the
// clock was at the start. A stamp that is close to one of them was just made, so the time
// since then is known, and which playing was on that long ago: no clock is asked. Older
// stamps are held against the times at which the playings began.

const (
	// recent is how old a stamp may be and still count as just made: bots and chats are
	// some seconds late. It is as long as a stamp may be ahead.
	recent = tolerance
	// punctual is how far the clocks of voters go wrong, who otherwise know the time.
	punctual protocol.Timestamp = 2000
	// tick is a second: a clock that was set by less counts as left alone.
	tick protocol.Timestamp = 1000
	// ever is before all stamps.
	ever protocol.Timestamp = math.MinInt64 / 2
)

// match finds the playing a vote belongs to: of those not removed the newest that had
// begun when it was sent. The status does not matter: it is set after the fact, and who
// voted on a game that the host skipped saw it all the same.
func (h *State) match(ts protocol.Timestamp, now protocol.ClockReading) (protocol.PlayID, *protocol.Error) {
	if h.played == 0 {
		return 0, protocol.Errorf(protocol.CodeNotFound, "No games have been played in the active session yet")
	}
	n := 0
	if sent, isRecent := when(ts, now); isRecent {
		n = h.begunBy(sent)
	} else {
		n = h.believedBy(sent, now)
	}
	for ; n > 0; n-- {
		if !h.plays[n-1].Removed {
			return protocol.NewPlayID(h.id, n), nil
		}
	}
	return 0, protocol.Errorf(protocol.CodeNotFound, "Vote timestamp does not match any game in the active session")
}

// when is the steady time at which a vote was sent, and whether that was just now. Of two
// explanations the one holds by which less time has passed since.
func when(ts protocol.Timestamp, now protocol.ClockReading) (sent protocol.Timestamp, isRecent bool) {
	late, steadyLate := lateness(now.Wall-ts), lateness(now.Monotonic-ts)
	switch {
	case steadyLate < late:
		return ts, true
	case late < never:
		return ts - now.WallAhead(), true
	case ts > now.Wall:
		return ts, false // the clock is behind: it cannot be by it
	}
	return ts - now.WallAhead(), false
}

// never is the lateness of what is not recent.
const never = math.MaxInt64

// lateness orders how likely it is that a stamp of that age was just made. What seems to
// come from the future is less likely than all of the past.
func lateness(age protocol.Timestamp) int64 {
	switch {
	case age > recent || age < -tolerance:
		return never
	case age < -punctual:
		return int64(recent - age)
	}
	return int64(max(age, 0))
}

// begunBy counts the plays, removed ones too, that had begun at a steady time.
func (h *State) begunBy(sent protocol.Timestamp) int {
	n := len(h.plays)
	if n == 0 || h.plays[n-1].began <= sent {
		return n // nearly every vote is for the newest playing
	}
	return sort.Search(n, func(i int) bool { return h.plays[i].began > sent })
}

// believedBy is begunBy for stamps of the past.
func (h *State) believedBy(sent protocol.Timestamp, now protocol.ClockReading) int {
	for n := len(h.plays); n > 0; n-- {
		if h.plays[n-1].believed(now) <= sent {
			return n
		}
	}
	return 0
}

// believed is the steady time at which a playing began, by what stamps of the past go by.
// It is what was measured while the clock stands as it did at the start. Else it has been
// set since, and either the machine slept or the clock is right only now: the playing
// began when its played_at says so, unless that is later than what was measured.
func (p *play) believed(now protocol.ClockReading) protocol.Timestamp {
	if ahead := now.WallAhead(); apart(ahead, 0) {
		return min(p.began, p.At-ahead)
	}
	return p.began
}
