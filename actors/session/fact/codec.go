package fact

import (
	"encoding/json"
	"errors"
	"fmt"

	"partyline/actors/codec"
	"partyline/protocol"
)

// A stored fact is one kind byte and a body. The body is the fact's JSON, but for
// votes, of which there are millions (see votecode.go, chatcode.go, guestcode.go and
// pollcode.go). Numbers of kinds are for
// ever: what a kind means never changes, and a new meaning is a new kind.
const (
	kindOpened byte = iota + 1
	kindGameAdded
	kindStatusChanged
	kindGameRemoved
	kindRoomCodeSet
	kindPlayerCountSet
	kindVoteCast
	kindClosed
	kindDeleted
	kindPlayerCheckMoved
	kindChatImported
)

const (
	kindGuestVote byte = iota + 12
	kindJoinSet
	kindPollStarted
	kindPollVoted
	kindPollEnded
	// The first votes of a device, which tell its address.
	kindFirstGuestVote
	kindFirstPollVote
	kindVotesVoided
)

// maxMoment is the last millisecond of the year 9999, the end of RFC 3339.
const MaxTimestamp protocol.Timestamp = 253402300799999

var errFact = errors.New("session: not a fact")

// AppendFact appends the stored form of f to dst. ReadFact gives the same fact back.
func Append(dst []byte, f Fact) []byte {
	switch v := f.(type) {
	case *VoteCast:
		if v.Address != 0 {
			return appendGuestVote(appendAddress(append(dst, kindFirstGuestVote), v.Address), v)
		}
		if v.Device != 0 {
			return appendGuestVote(append(dst, kindGuestVote), v)
		}
		return appendVote(append(dst, kindVoteCast), v)
	case *ChatImported:
		return appendChat(append(dst, kindChatImported), v)
	case *PollVoted:
		if v.Address != 0 {
			return appendPollVote(appendAddress(append(dst, kindFirstPollVote), v.Address), v)
		}
		return appendPollVote(append(dst, kindPollVoted), v)
	}
	b, err := json.Marshal(f)
	if err != nil {
		panic("session: a fact that has no JSON: " + err.Error()) // facts hold only texts, numbers and booleans
	}
	return append(append(dst, kindOf(f)), b...)
}

// ReadFact reads what AppendFact wrote. It keeps nothing of b. Anything else is an
// error, a kind of a newer version too; it never panics.
func Read(b []byte) (Fact, error) {
	if len(b) == 0 {
		return nil, fmt.Errorf("%w: empty", errFact)
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
	}
	f := newFact(kind)
	if f == nil {
		return nil, fmt.Errorf("%w: kind %d is unknown, it was written by a newer version", errFact, kind)
	}
	if err := codec.ReadJSON(body, f); err != nil {
		return nil, fmt.Errorf("%w: kind %d: %w", errFact, kind, err)
	}
	if !valid(f) {
		return nil, fmt.Errorf("%w: kind %d: a value is missing or out of range", errFact, kind)
	}
	return f, nil
}

// readPacked reads a fact that is not stored as JSON.
func readPacked[F Fact](read func([]byte) (F, error), body []byte) (Fact, error) {
	f, err := read(body)
	if err != nil {
		return nil, err // not f: a nil pointer would be a Fact that is not nil
	}
	return f, nil
}

func kindOf(f Fact) byte {
	switch f.(type) {
	case *Opened:
		return kindOpened
	case *GameAdded:
		return kindGameAdded
	case *StatusChanged:
		return kindStatusChanged
	case *GameRemoved:
		return kindGameRemoved
	case *RoomCodeSet:
		return kindRoomCodeSet
	case *PlayerCountSet:
		return kindPlayerCountSet
	case *PlayerCheckMoved:
		return kindPlayerCheckMoved
	case *Closed:
		return kindClosed
	case *Deleted:
		return kindDeleted
	case *PollStarted:
		return kindPollStarted
	case *PollEnded:
		return kindPollEnded
	case *JoinSet:
		return kindJoinSet
	case *VotesVoided:
		return kindVotesVoided
	}
	panic(fmt.Sprintf("session: %T has no kind", f))
}

// blank is the fact of a JSON kind to be filled in, nil for a kind that nobody knows.
func newFact(kind byte) Fact {
	switch kind {
	case kindOpened:
		return new(Opened)
	case kindGameAdded:
		return new(GameAdded)
	case kindStatusChanged:
		return new(StatusChanged)
	case kindGameRemoved:
		return new(GameRemoved)
	case kindRoomCodeSet:
		return new(RoomCodeSet)
	case kindPlayerCountSet:
		return new(PlayerCountSet)
	case kindPlayerCheckMoved:
		return new(PlayerCheckMoved)
	case kindClosed:
		return new(Closed)
	case kindDeleted:
		return new(Deleted)
	case kindPollStarted:
		return new(PollStarted)
	case kindPollEnded:
		return new(PollEnded)
	case kindJoinSet:
		return new(JoinSet)
	case kindVotesVoided:
		return new(VotesVoided)
	}
	return nil
}

// sound checks what the JSON's types do not.
func valid(f Fact) bool {
	if f.Occurred() <= 0 || f.Occurred() > MaxTimestamp {
		return false
	}
	switch f := f.(type) {
	case *GameAdded:
		return f.Play > 0 && f.Game.ID > 0 && f.Game.Upvotes >= 0 && f.Game.Downvotes >= 0
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
	case *JoinSet:
		return f.Valid() && f.Generation > 0
	}
	return true
}

// candidates says whether a poll can be held on the games.
func ValidCandidates(games []PlayedGame) bool {
	for i := range games {
		if games[i].ID <= 0 {
			return false
		}
	}
	return len(games) >= protocol.MinCandidates && len(games) <= protocol.MaxCandidates
}

func KnownPlayStatus(s protocol.PlayStatus) bool {
	return s == protocol.StatusPlaying || s == protocol.StatusPlayed || s == protocol.StatusSkipped
}
