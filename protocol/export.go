package protocol

import "strconv"

// ExportFormat is how a session is told in a file.
type ExportFormat string

// The formats: a report for people, everything for programs.
const (
	ExportText ExportFormat = "txt"
	ExportJSON ExportFormat = "json"
)

// ExportSession is the query of sessions.export.
type ExportSession struct {
	ID SessionID `json:"id"`
	// Format is ExportText when it is empty.
	Format ExportFormat `json:"format"`
}

// Check looks at the word.
func (q ExportSession) Check() *Error {
	switch q.Format {
	case "", ExportText, ExportJSON:
		return nil
	}
	return Invalid(`format must be "txt" or "json"`)
}

// File is an attachment as a response frame tells it: by REST the content is the body.
type File struct {
	Filename    string `json:"filename"`
	ContentType string `json:"contentType"`
	Content     string `json:"content"`
}

// SessionExport is a session with all that belongs to it, as of a seq: sessions.export
// with format json. Votes is the last field: there may be millions, and they are
// written one by one.
type SessionExport struct {
	ExportedAt Timestamp `json:"exported_at"`
	// Seq is the number of the last event that it tells of, counted in the timeline Epoch.
	Seq     Seq     `json:"seq"`
	Epoch   Epoch   `json:"epoch"`
	Session Session `json:"session"`
	// Games are the playings in the order of play, without removed ones.
	Games []SessionGame `json:"games"`
	// Totals are what the list of votes adds up to that are not voided, less what some of them
	// replace: the session's own, by game, of removed playings too.
	Totals []GameTally `json:"totals"`
	// Votes stand in the order in which they arrived.
	Votes []ExportedVote `json:"votes"`
	// Voided are the devices whose votes were taken back by the host.
	Voided map[DeviceID]struct{} `json:"-"`
}

// ExportedVote is a vote within a SessionExport: a VoteRecord without what all of them
// share, with the playing that it counts for. A removed playing is not among the games.
type ExportedVote struct {
	ID            uint64    `json:"id"`
	SessionGameID PlayID    `json:"session_game_id"`
	GameID        GameID    `json:"game_id"`
	Username      string    `json:"username"`
	VoteType      VoteType  `json:"vote_type"`
	Timestamp     Timestamp `json:"timestamp"`
	CreatedAt     Timestamp `json:"created_at"`
	// Replaced is the thumb of the same guest that this one takes back, absent for none.
	// The vote that was taken back stands in the list too, before it.
	Replaced VoteType `json:"replaced,omitempty"`
	// Voided says that the host has taken back all votes of this guest's device: this one,
	// and what it replaces, count for nothing. Absent for all others.
	Voided bool `json:"voided,omitempty"`
}

// AppendJSON appends the vote to dst: the same bytes as json.Marshal, without its
// allocations.
func (v *ExportedVote) AppendJSON(dst []byte) []byte {
	dst = append(dst, `{"id":`...)
	dst = strconv.AppendUint(dst, v.ID, 10)
	dst = append(dst, `,"session_game_id":`...)
	dst = strconv.AppendInt(dst, int64(v.SessionGameID), 10)
	dst = append(dst, `,"game_id":`...)
	dst = strconv.AppendInt(dst, int64(v.GameID), 10)
	dst = append(dst, `,"username":`...)
	dst = AppendString(dst, v.Username)
	dst = append(dst, `,"vote_type":`...)
	dst = AppendString(dst, string(v.VoteType))
	dst = append(dst, `,"timestamp":`...)
	dst = v.Timestamp.AppendJSON(dst)
	dst = append(dst, `,"created_at":`...)
	dst = v.CreatedAt.AppendJSON(dst)
	dst = appendReplaced(dst, v.Replaced)
	if v.Voided {
		dst = append(dst, `,"voided":true`...)
	}
	return append(dst, '}')
}
