package fact

import (
	"errors"

	"partyline/actors/codec"
	"partyline/protocol"
)

// Facts are stored as JSON by the number of their kind, except votes, of which there are
// millions (see votecode.go, chatcode.go, guestcode.go and pollcode.go).
const (
	kindVoteCast       byte = 7
	kindChatImported   byte = 11
	kindGuestVote      byte = 12
	kindPollVoted      byte = 15
	kindFirstGuestVote byte = 17 // the first vote of a device, with its address
	kindFirstPollVote  byte = 18 // likewise, in a poll
	kindVotesVoided    byte = 19
	kindVotesFolded    byte = 20
	// Votes by ticker; the first one for a game that the session did not know has the game.
	kindTickerVote      byte = 21
	kindFirstTickerVote byte = 22
	kindTickerChat      byte = 23 // a chat log with votes by ticker
)

var kinds = codec.NewKinds("session", check, map[byte]Fact{
	1:               (*Opened)(nil),
	2:               (*GameAdded)(nil),
	3:               (*StatusChanged)(nil),
	4:               (*GameRemoved)(nil),
	5:               (*RoomCodeSet)(nil),
	6:               (*PlayerCountSet)(nil),
	8:               (*Closed)(nil),
	9:               (*Deleted)(nil),
	10:              (*PlayerCheckMoved)(nil),
	13:              (*JoinSet)(nil),
	14:              (*PollStarted)(nil),
	16:              (*PollEnded)(nil),
	kindVotesVoided: (*VotesVoided)(nil),
	kindVotesFolded: (*VotesFolded)(nil),
})

// MaxTimestamp is the last millisecond of the year 9999, the end of RFC 3339.
const MaxTimestamp protocol.Timestamp = 253402300799999

var (
	errFact       = errors.New("session: not a fact")
	errOutOfRange = errors.New("a value is missing or out of range")
)

// Append appends the stored form of f to dst. Read returns the same fact.
func Append(dst []byte, f Fact) []byte {
	switch v := f.(type) {
	case *VoteCast:
		switch {
		case v.Details != nil:
			return appendTickerVote(appendDetails(append(dst, kindFirstTickerVote), v.Details), v)
		case v.Play == 0:
			return appendTickerVote(append(dst, kindTickerVote), v)
		}
		if v.Address != 0 {
			return appendGuestVote(appendAddress(append(dst, kindFirstGuestVote), v.Address), v)
		}
		if v.Device != 0 {
			return appendGuestVote(append(dst, kindGuestVote), v)
		}
		return appendVote(append(dst, kindVoteCast), v)
	case *ChatImported:
		if v.byTicker() {
			return appendChat(append(dst, kindTickerChat), v)
		}
		return appendChat(append(dst, kindChatImported), v)
	case *PollVoted:
		if v.Address != 0 {
			return appendPollVote(appendAddress(append(dst, kindFirstPollVote), v.Address), v)
		}
		return appendPollVote(append(dst, kindPollVoted), v)
	}
	return kinds.Append(dst, f)
}

// Read reads a fact that Append wrote; it keeps nothing of b. Anything else is an error, also a
// kind of a newer version. It never panics.
func Read(b []byte) (Fact, error) {
	if len(b) == 0 {
		return kinds.Read(b)
	}
	kind, body := b[0], b[1:]
	switch kind {
	case kindVoteCast:
		return readPacked(readVote, body)
	case kindChatImported:
		return readPacked(readChat, body)
	case kindGuestVote:
		return readPacked(readGuestVote, body)
	case kindPollVoted:
		return readPacked(readPollVote, body)
	case kindFirstGuestVote:
		return readPacked(readFirstGuestVote, body)
	case kindFirstPollVote:
		return readPacked(readFirstPollVote, body)
	case kindTickerVote:
		return readPacked(readTickerVote, body)
	case kindFirstTickerVote:
		return readPacked(readFirstTickerVote, body)
	case kindTickerChat:
		return readPacked(readTickerChat, body)
	}
	return kinds.Read(b)
}

// readPacked reads a fact that is not stored as JSON.
func readPacked[F Fact](read func([]byte) (F, error), body []byte) (Fact, error) {
	f, err := read(body)
	if err != nil {
		return nil, err // not f: a nil pointer would be a Fact that is not nil
	}
	return f, nil
}

func check(f Fact) error {
	if !valid(f) {
		return errOutOfRange
	}
	return nil
}

// valid checks what the JSON's types do not.
func valid(f Fact) bool {
	if f.Occurred() <= 0 || f.Occurred() > MaxTimestamp {
		return false
	}
	switch f := f.(type) {
	case *GameAdded:
		return f.Play > 0 && f.Game.valid()
	case *StatusChanged:
		return f.Play > 0 && KnownPlayStatus(f.Status)
	case *GameRemoved:
		return f.Play > 0
	case *RoomCodeSet:
		return f.Play > 0 && f.RoomCode != ""
	case *PlayerCountSet:
		return f.Play > 0 && f.PlayerCount >= 0 && f.Status != ""
	case *PlayerCheckMoved:
		return f.Play > 0 && (f.PlayerCount == nil || *f.PlayerCount >= 0) && KnownCheckStatus(f.Status)
	case *PollStarted:
		return f.Poll > 0 && f.Ends > f.At && ValidCandidates(f.Candidates)
	case *PollEnded:
		return f.Poll > 0 && f.Choice >= 0 && f.Choice <= protocol.MaxCandidates && (f.Choice > 0 || !f.Tie)
	case *VotesVoided:
		return f.valid()
	case *VotesFolded:
		return f.Valid()
	case *JoinSet:
		return f.Valid() && f.Generation > 0
	}
	return true
}

func (g *PlayedGame) valid() bool { return g.ID > 0 && g.Upvotes >= 0 && g.Downvotes >= 0 }

// ValidCandidates returns whether a poll can be held on the games.
func ValidCandidates(games []PlayedGame) bool {
	for i := range games {
		if games[i].ID <= 0 {
			return false
		}
	}
	return len(games) >= protocol.MinCandidates && len(games) <= protocol.MaxCandidates
}

// KnownPlayStatus returns whether a play can have the status.
func KnownPlayStatus(s protocol.PlayStatus) bool {
	return s == protocol.StatusPlaying || s == protocol.StatusPlayed || s == protocol.StatusSkipped
}
