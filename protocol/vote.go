package protocol

import (
	"strconv"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"
)

// Limits of votes.
const (
	// MaxBatchVotes bounds one votes.batch, so that one request stays within one
	// journal append and a few milliseconds of its session.
	MaxBatchVotes = 1000
	// MaxUsername, in runes: Twitch allows 25, Discord 32, YouTube 100.
	MaxUsername = 100
	// FutureTolerance is how far ahead of the server's clock a vote's timestamp may be.
	FutureTolerance = 60 * time.Second
	// DuplicateWindow: two votes of one name that are closer than this count as one.
	DuplicateWindow = time.Second
)

// VoteType is a vote for or against a game.
type VoteType string

// The two types of votes.
const (
	VoteUp   VoteType = "up"
	VoteDown VoteType = "down"
)

// CastVote casts one vote: votes.live. It counts for the play with the latest played_at that
// is not after the timestamp, or for the game that its ticker names.
type CastVote struct {
	// SessionID 0 means the active session.
	SessionID SessionID      `json:"sessionId"`
	Username  string         `json:"username"`
	Vote      VoteType       `json:"vote"`
	Timestamp *VoteTimestamp `json:"timestamp"`
	// Ticker names the game that the vote is for, in any case, whatever is being played; empty for
	// the game that was on at the timestamp.
	Ticker string `json:"ticker,omitempty"`
	// Game is the game of the ticker, filled in by the hub; nil when no game has it.
	Game *Game `json:"-"`
}

// Check implements Command.
func (c *CastVote) Check() *Error {
	if c.Username == "" || c.Vote == "" || c.Timestamp == nil {
		return Invalid("Missing required fields: username, vote, timestamp")
	}
	if c.Vote != VoteUp && c.Vote != VoteDown {
		return errVoteType()
	}
	if c.SessionID < 0 {
		return Invalid("sessionId must be a positive integer")
	}
	if c.Ticker != "" {
		if err := checkLine("ticker", c.Ticker, 0, MaxTickerText); err != nil {
			return err
		}
	}
	return checkLine("username", c.Username, 1, MaxUsername)
}

// Target implements SessionCommand.
func (c *CastVote) Target() SessionID { return c.SessionID }

// errVoteType has the text of the reference API, which its clients compare.
func errVoteType() *Error { return Invalid(`vote must be either "up" or "down"`) }

// Vote is a vote in events and answers.
type Vote struct {
	Username  string    `json:"username"`
	Type      VoteType  `json:"type"`
	Timestamp Timestamp `json:"timestamp"`
	// Replaced is the type of the same guest's older vote that this one replaces, absent for none.
	Replaced VoteType `json:"replaced,omitempty"`
}

// Totals are the votes for a game; the score is upvotes minus downvotes.
type Totals struct {
	Upvotes         int64 `json:"upvotes"`
	Downvotes       int64 `json:"downvotes"`
	PopularityScore int64 `json:"popularity_score"`
}

// NewTotals returns the totals with their score.
func NewTotals(up, down int64) Totals {
	return Totals{Upvotes: up, Downvotes: down, PopularityScore: up - down}
}

// VoteAccepted is the answer of votes.live.
type VoteAccepted struct {
	Success bool                `json:"success"`
	Message string              `json:"message"`
	Session VoteAcceptedSession `json:"session"`
	Game    VoteAcceptedGame    `json:"game"`
	Vote    Vote                `json:"vote"`
}

// VoteAcceptedSession is the session within a VoteAccepted.
type VoteAcceptedSession struct {
	ID          SessionID `json:"id"`
	GamesPlayed int       `json:"games_played"`
}

// VoteAcceptedGame is the game within a VoteAccepted, with its totals after the vote.
type VoteAcceptedGame struct {
	ID    GameID `json:"id"`
	Title string `json:"title"`
	Totals
}

// CastVotes casts many votes in order, each with a result of its own: votes.batch.
type CastVotes struct {
	// SessionID is the session of the votes that name none.
	SessionID SessionID  `json:"sessionId"`
	Votes     []CastVote `json:"votes"`
}

// Check implements Command. Each vote is checked later, for a result of its own.
func (c *CastVotes) Check() *Error {
	if len(c.Votes) == 0 || len(c.Votes) > MaxBatchVotes {
		return Invalid("votes must be a list of 1 to %d votes", MaxBatchVotes)
	}
	if c.SessionID < 0 {
		return Invalid("sessionId must be a positive integer")
	}
	return nil
}

// Target implements SessionCommand.
func (c *CastVotes) Target() SessionID { return c.SessionID }

// BatchResult is the answer of votes.batch. Results are in the order of the request.
type BatchResult struct {
	Accepted int           `json:"accepted"`
	Rejected int           `json:"rejected"`
	Results  []VoteOutcome `json:"results"`
}

// NewBatchResult returns a result with room for n votes.
func NewBatchResult(n int) *BatchResult { return &BatchResult{Results: make([]VoteOutcome, n)} }

// Record sets the i-th result and counts it.
func (r *BatchResult) Record(i int, v VoteOutcome) {
	r.Results[i] = v
	if v.Error == "" {
		r.Accepted++
		return
	}
	r.Rejected++
}

// Reject records an error as the i-th result.
func (r *BatchResult) Reject(i int, err *Error) {
	r.Record(i, VoteOutcome{Status: err.Code.Meaning().Status, Error: err.Message, Code: err.Code})
}

// VoteOutcome is the result of one vote of a batch: status 200, or the error that votes.live
// would have answered.
type VoteOutcome struct {
	Status int    `json:"status"`
	GameID GameID `json:"game_id,omitempty"`
	Error  string `json:"error,omitempty"`
	Code   Code   `json:"code,omitempty"`
}

// VoteReceived is the data of vote.received. The totals are the game's over all
// sessions, with this vote and without the one that it replaces.
type VoteReceived struct {
	SessionID SessionID `json:"sessionId"`
	Game      EventGame `json:"game"`
	Vote      Vote      `json:"vote"`
	Totals    Totals    `json:"totals"`
}

// AppendVoteEvent appends the JSON of a vote.received event to dst: the same bytes
// as json.Marshal of the Event, without its allocations, because there are millions of these
// events. A test compares the two encoders.
func AppendVoteEvent(dst []byte, at Timestamp, seq Seq, v *VoteReceived) []byte {
	dst = append(dst, `{"type":"vote.received","timestamp":`...)
	dst = at.AppendJSON(dst)
	dst = append(dst, `,"sessionId":`...)
	dst = strconv.AppendInt(dst, int64(v.SessionID), 10)
	dst = append(dst, `,"seq":`...)
	dst = strconv.AppendUint(dst, uint64(seq), 10)
	dst = append(dst, `,"data":{"sessionId":`...)
	dst = strconv.AppendInt(dst, int64(v.SessionID), 10)
	dst = append(dst, `,"game":{"id":`...)
	dst = strconv.AppendInt(dst, int64(v.Game.ID), 10)
	dst = append(dst, `,"title":`...)
	dst = AppendString(dst, v.Game.Title)
	dst = append(dst, `,"pack_name":`...)
	dst = AppendString(dst, v.Game.PackName)
	dst = append(dst, `},"vote":`...)
	dst = appendVote(dst, v.Vote)
	dst = append(dst, `,"totals":{`...)
	dst = appendTotals(dst, v.Totals)
	return append(dst, `}}}`...)
}

// AppendVoteAccepted appends the JSON of the answer of votes.live to dst: the same bytes as
// json.Marshal.
func AppendVoteAccepted(dst []byte, a *VoteAccepted) []byte {
	dst = append(dst, `{"success":`...)
	dst = strconv.AppendBool(dst, a.Success)
	dst = append(dst, `,"message":`...)
	dst = AppendString(dst, a.Message)
	dst = append(dst, `,"session":{"id":`...)
	dst = strconv.AppendInt(dst, int64(a.Session.ID), 10)
	dst = append(dst, `,"games_played":`...)
	dst = strconv.AppendInt(dst, int64(a.Session.GamesPlayed), 10)
	dst = append(dst, `},"game":{"id":`...)
	dst = strconv.AppendInt(dst, int64(a.Game.ID), 10)
	dst = append(dst, `,"title":`...)
	dst = AppendString(dst, a.Game.Title)
	dst = append(dst, ',')
	dst = appendTotals(dst, a.Game.Totals)
	dst = append(dst, `},"vote":`...)
	dst = appendVote(dst, a.Vote)
	return append(dst, '}')
}

func appendVote(dst []byte, v Vote) []byte {
	dst = append(dst, `{"username":`...)
	dst = AppendString(dst, v.Username)
	dst = append(dst, `,"type":`...)
	dst = AppendString(dst, string(v.Type))
	dst = append(dst, `,"timestamp":`...)
	dst = v.Timestamp.AppendJSON(dst)
	return append(appendReplaced(dst, v.Replaced), '}')
}

// appendReplaced appends the field that only votes have that replace an older one.
func appendReplaced(dst []byte, v VoteType) []byte {
	if v == "" {
		return dst
	}
	return AppendString(append(dst, `,"replaced":`...), string(v))
}

// appendTotals appends the three fields without braces, because VoteAcceptedGame embeds them.
func appendTotals(dst []byte, t Totals) []byte {
	dst = append(dst, `"upvotes":`...)
	dst = strconv.AppendInt(dst, t.Upvotes, 10)
	dst = append(dst, `,"downvotes":`...)
	dst = strconv.AppendInt(dst, t.Downvotes, 10)
	dst = append(dst, `,"popularity_score":`...)
	return strconv.AppendInt(dst, t.PopularityScore, 10)
}

// NormalizeVoterName removes surrounding space and invisible characters from a voter's name,
// so that names that look the same are the same. It is called on names in requests and not
// where stored names are compared: two voters of an old log stay two. Emoji and scripts that
// use joiners lose them.
func NormalizeVoterName(name string) string {
	name = strings.TrimSpace(name)
	if strings.IndexFunc(name, isInvisible) < 0 {
		return name
	}
	return strings.TrimSpace(strings.Map(dropInvisible, name))
}

// dropInvisible maps an invisible character to -1, which strings.Map removes.
func dropInvisible(r rune) rune {
	if isInvisible(r) {
		return -1
	}
	return r
}

// isInvisible reports whether Unicode calls r default ignorable: zero-width spaces, joiners,
// directional marks, variation selectors, tags, fillers. Control characters are kept: the
// checks refuse them.
func isInvisible(r rune) bool {
	return r >= utf8.RuneSelf && unicode.In(r, unicode.Cf, unicode.Other_Default_Ignorable_Code_Point, unicode.Variation_Selector) &&
		!unicode.Is(unicode.Prepended_Concatenation_Mark, r)
}
