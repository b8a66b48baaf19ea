package protocol

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"iter"
	"strconv"
)

// ExportFormat is the format of an exported session.
type ExportFormat string

// The formats: a report as text, or all data as JSON.
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

// Check validates the format.
func (q ExportSession) Check() *Error {
	switch q.Format {
	case "", ExportText, ExportJSON:
		return nil
	}
	return Invalid(`format must be "txt" or "json"`)
}

// File is a file in a WebSocket response; by REST the content is the body.
type File struct {
	Filename    string `json:"filename"`
	ContentType string `json:"contentType"`
	Content     string `json:"content"`
}

// SessionExport is the answer of sessions.export with format json: a session with all its
// data as of a seq. Votes is the last field, because there may be millions and they are
// written one by one.
type SessionExport struct {
	ExportedAt Timestamp `json:"exported_at"`
	// Seq is that of the newest event in the export, counted in the timeline Epoch.
	Seq     Seq     `json:"seq"`
	Epoch   Epoch   `json:"epoch"`
	Session Session `json:"session"`
	// Games are the plays in their order, without removed ones.
	Games []SessionGame `json:"games"`
	// Totals are the session's own votes by game, those of removed plays included: the sum
	// of Votes without voided and replaced ones.
	Totals []GameVotes `json:"totals"`
	// FoldedVotes is the number of votes in Totals whose single votes are gone; see
	// Session.VotesFoldedAt. Votes is empty then. Absent while the session has its votes.
	FoldedVotes int64 `json:"folded_votes,omitempty"`
	// Votes are in the order of their arrival.
	Votes []ExportedVote `json:"votes"`
	// Voided are the devices whose votes the host has voided.
	Voided map[DeviceID]struct{} `json:"-"`
}

// votesEnd is the end of an export that has no votes: what the votes are put into.
var votesEnd = []byte("]}")

// WriteExport writes an export, with the votes, one by one, in the list that ends its JSON. The
// error is that of votes or of w; what was written is no JSON then.
func WriteExport(w io.Writer, e *SessionExport, votes iter.Seq2[ExportedVote, error]) error {
	head, err := json.Marshal(e)
	if err != nil {
		return fmt.Errorf("export of session %d: %w", e.Session.ID, err)
	}
	head, ok := bytes.CutSuffix(head, votesEnd)
	if !ok {
		return errors.New("export: votes are not its last field")
	}
	if _, err := w.Write(head); err != nil {
		return err
	}
	line, between := make([]byte, 0, 512), ""
	for v, err := range votes {
		if err != nil {
			return err
		}
		line = v.AppendJSON(append(line[:0], between...))
		if _, err := w.Write(line); err != nil {
			return err
		}
		between = ",\n"
	}
	_, err = w.Write(votesEnd)
	return err
}

// ExportedVote is a vote within a SessionExport: a VoteRecord without the fields that are the
// same for all, with the play that it counts for, null for a vote by ticker. A removed play is
// not among the Games.
type ExportedVote struct {
	ID            uint64    `json:"id"`
	SessionGameID *PlayID   `json:"session_game_id"`
	GameID        GameID    `json:"game_id"`
	Username      string    `json:"username"`
	VoteType      VoteType  `json:"vote_type"`
	Timestamp     Timestamp `json:"timestamp"`
	CreatedAt     Timestamp `json:"created_at"`
	// Replaced is the type of the same guest's older vote that this one replaces, absent for
	// none. The replaced vote is in the list, too, before this one.
	Replaced VoteType `json:"replaced,omitempty"`
	// Voided says that the host has voided all votes of this guest's device: neither this
	// vote nor the one that it replaces counts. Absent for all others.
	Voided bool `json:"voided,omitempty"`
}

// AppendJSON appends the vote to dst: the same bytes as json.Marshal, without its
// allocations.
func (v *ExportedVote) AppendJSON(dst []byte) []byte {
	dst = append(dst, `{"id":`...)
	dst = strconv.AppendUint(dst, v.ID, 10)
	dst = append(dst, `,"session_game_id":`...)
	if v.SessionGameID == nil {
		dst = append(dst, `null`...)
	} else {
		dst = strconv.AppendInt(dst, int64(*v.SessionGameID), 10)
	}
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
