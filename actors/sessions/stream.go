package sessions

import (
	"context"
	"fmt"
	"strconv"
	"strings"

	"partyline/actors/ledger"
	"partyline/actors/rules/session/fact"
	"partyline/persistence"
	"partyline/protocol"
)

// StreamPrefix is the beginning of the names of all sessions' streams.
const StreamPrefix = "session/"

// Stream is the name of a session's stream in the journal.
func Stream(id protocol.SessionID) string { return StreamPrefix + id.String() }

// IDOf is the session of a stream; ok is false for streams of other kinds.
func IDOf(stream string) (id protocol.SessionID, ok bool) {
	name, ok := strings.CutPrefix(stream, StreamPrefix)
	if !ok {
		return 0, false
	}
	n, err := strconv.ParseInt(name, 10, 64)
	return protocol.SessionID(n), err == nil && n > 0
}

// ReadFact reads the fact of a session's record. The error of a record that cannot be read is
// persistence.ErrCorrupt.
func ReadFact(rec persistence.Record) (fact.Fact, error) {
	b, _, err := ledger.SplitRecord(rec.Data)
	if err != nil {
		return nil, fmt.Errorf("%w: %s seq %d: %w", persistence.ErrCorrupt, rec.Stream, rec.Seq, err)
	}
	f, err := fact.Read(b)
	if err != nil {
		return nil, fmt.Errorf("%w: %s seq %d: %w", persistence.ErrCorrupt, rec.Stream, rec.Seq, err)
	}
	return f, nil
}

// lastRecord reads the end of a session's stream. end is the last record without its data,
// deleted says that it deletes the session, more that there are records before it.
func lastRecord(ctx context.Context, j persistence.Journal, stream string) (end persistence.Record, deleted, more bool, err error) {
	for rec, err := range j.ReadBack(ctx, stream, 0) {
		if end.Seq > 0 {
			return end, deleted, true, nil // also when it is damaged: it may go
		}
		if err != nil {
			return end, false, false, err
		}
		f, err := ReadFact(rec)
		if err != nil {
			return end, false, false, err
		}
		_, deleted = f.(*fact.Deleted)
		end = rec
		end.Data = nil
	}
	return end, deleted, false, nil
}
