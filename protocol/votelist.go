package protocol

import (
	"slices"
	"strconv"
	"strings"
)

// VoteFilter is the query of votes.list; zero fields match every vote.
type VoteFilter struct {
	SessionID SessionID `json:"session_id"`
	GameID    GameID    `json:"game_id"`
	Username  string    `json:"username"` // matched without regard to case
	VoteType  VoteType  `json:"vote_type"`
	Page      int       `json:"page"`  // from 1
	Limit     int       `json:"limit"` // 1 to MaxPageSize, default 50
	// Cursor is the next_cursor of an earlier page with the same filter, instead of Page: the
	// page after it, whatever votes have come meanwhile. Pages of any depth cost the same.
	Cursor string `json:"cursor"`
}

// Check validates ranges, fills in the defaults of page and limit, and normalizes the name.
func (f *VoteFilter) Check() *Error {
	if f.Cursor != "" && f.Page != 0 {
		return Invalid("page and cursor cannot be combined")
	}
	if _, _, ok := f.After(); !ok {
		return Invalid("cursor must be the one of an earlier answer")
	}
	if f.Page == 0 && f.Cursor == "" {
		f.Page = 1
	}
	if f.Limit == 0 {
		f.Limit = 50
	}
	switch {
	case f.Page < 0 || f.Page == 0 && f.Cursor == "" || f.Page > 1_000_000:
		return Invalid("page must be between 1 and 1000000")
	case f.Limit < 1 || f.Limit > MaxPageSize:
		return Invalid("limit must be between 1 and %d", MaxPageSize)
	case f.VoteType != "" && f.VoteType != VoteUp && f.VoteType != VoteDown:
		return Invalid(`vote_type must be "up" or "down"`)
	case f.SessionID < 0:
		return Invalid("session_id must be a positive integer")
	case f.GameID < 0:
		return Invalid("game_id must be a positive integer")
	}
	if name := NormalizeVoterName(f.Username); name != "" || f.Username == "" {
		f.Username = name
		return checkText("username", f.Username, 0, MaxUsername)
	}
	return Invalid("username must not be invisible")
}

// VoteCursor is the cursor behind a vote of the history: session and vote, both decimal.
func VoteCursor(session SessionID, vote uint64) string {
	return session.String() + "-" + strconv.FormatUint(vote, 10)
}

// After is the vote that the filter's cursor stands behind, 0 and 0 without one; ok is false when
// VoteCursor does not return such a cursor.
func (f *VoteFilter) After() (session SessionID, vote uint64, ok bool) {
	if f.Cursor == "" {
		return 0, 0, true
	}
	head, tail, _ := strings.Cut(f.Cursor, "-")
	id, err := strconv.ParseInt(head, 10, 64)
	if err == nil {
		vote, err = strconv.ParseUint(tail, 10, 63)
	}
	return SessionID(id), vote, err == nil && id > 0 && VoteCursor(SessionID(id), vote) == f.Cursor
}

// VoteRecord is a row of votes.list.
type VoteRecord struct {
	ID        uint64    `json:"id"`
	SessionID SessionID `json:"session_id"`
	GameID    GameID    `json:"game_id"`
	Title     string    `json:"game_title"`
	PackName  string    `json:"pack_name"`
	Username  string    `json:"username"`
	VoteType  VoteType  `json:"vote_type"`
	Timestamp Timestamp `json:"timestamp"`
	CreatedAt Timestamp `json:"created_at"`
}

// VotePage is the answer of votes.list, newest first.
type VotePage struct {
	Votes      []VoteRecord `json:"votes"`
	Pagination Pagination   `json:"pagination"`
	// LeftOut are sessions whose stored votes cannot be read and are missing from the list;
	// usually empty.
	LeftOut []SessionID `json:"left_out"`
}

// Pagination is the position of a page within the whole list.
type Pagination struct {
	Page       int   `json:"page"` // 0 for a page by cursor
	Limit      int   `json:"limit"`
	Total      int64 `json:"total"`
	TotalPages int64 `json:"total_pages"`
	// NextCursor is the cursor of the next page, nil on the last one.
	NextCursor *string `json:"next_cursor"`
}

// SessionVotes is the answer of sessions.votes, most votes first.
type SessionVotes struct {
	SessionID SessionID   `json:"session_id"`
	Votes     []GameVotes `json:"votes"`
}

// GameVotes is a row of sessions.votes: the votes for a game within one session.
type GameVotes struct {
	GameID     GameID `json:"game_id"`
	Title      string `json:"title"`
	PackName   string `json:"pack_name"`
	Upvotes    int64  `json:"upvotes"`
	Downvotes  int64  `json:"downvotes"`
	NetScore   int64  `json:"net_score"`
	TotalVotes int64  `json:"total_votes"`
}

// MaxLatestVotes is how many of the newest votes Tally and SessionState contain: as many as fit
// on a screen beside the totals.
const MaxLatestVotes = 5

// LatestVote is one of the newest votes of a session.
type LatestVote struct {
	GameID GameID `json:"game_id"`
	Vote
	// Device is the guest's device, 0 for votes that have only a name. It is never sent.
	Device DeviceID `json:"-"`
}

// LatestVotes holds the newest votes of a session in a ring. The zero value is empty.
type LatestVotes struct {
	ring  [MaxLatestVotes]LatestVote
	next  int // the index of the next vote
	count int
}

// Add adds a vote that is newer than all others, in constant time.
func (l *LatestVotes) Add(v LatestVote) {
	l.ring[l.next] = v
	l.next = (l.next + 1) % MaxLatestVotes
	l.count = min(l.count+1, MaxLatestVotes)
}

// List returns the votes, the newest first, in the order of the log and not of their
// timestamps; never nil. The list belongs to the caller.
func (l *LatestVotes) List() []LatestVote {
	list := make([]LatestVote, l.count)
	for i := range list {
		list[i] = l.ring[(l.next+MaxLatestVotes-1-i)%MaxLatestVotes]
	}
	return list
}

// Without returns the newest votes except those of some devices. Older votes are no longer
// known, so there may be fewer.
func (l *LatestVotes) Without(gone func(DeviceID) bool) LatestVotes {
	return LatestVotesOf(slices.DeleteFunc(l.List(), func(v LatestVote) bool { return v.Device != 0 && gone(v.Device) }))
}

// LatestVotesOf is the inverse of List. Of a list longer than MaxLatestVotes it takes the first.
func LatestVotesOf(list []LatestVote) LatestVotes {
	var l LatestVotes
	for i := min(len(list), MaxLatestVotes) - 1; i >= 0; i-- {
		l.Add(list[i])
	}
	return l
}
