package usage

import (
	"time"

	"partyline/protocol"
)

// Report is what takes how much. Bytes are those of keys and values as they are stored.
type Report struct {
	// Kinds are ordered by bytes, the largest first. They leave out what is superseded.
	Kinds []Kind `json:"kinds"`
	// Votes are those for games, chat logs' included, and PollVotes those in polls.
	Votes     int64 `json:"votes"`
	PollVotes int64 `json:"poll_votes"`
	// BytesPerVote are those of the kind Votes, divided by their number; 0 without votes.
	BytesPerVote float64 `json:"bytes_per_vote"`
	// Sessions are those with records, deleted ones left out.
	Sessions int64 `json:"sessions"`
	// Largest are the sessions with the most bytes, at most MaxLargest, the largest first.
	Largest []Session `json:"largest_sessions"`
	// Oldest and Newest are the times of the first and last record that are there; nil when
	// there is none.
	Oldest *protocol.Timestamp `json:"oldest_record"`
	Newest *protocol.Timestamp `json:"newest_record"`
	// Growth is what the records of the last days take, by their times. What was trimmed
	// meanwhile is not in it.
	Growth []Growth `json:"growth"`
	// KeepVotes is what the setting --keep-votes would free.
	KeepVotes []Freed `json:"keep_votes"`
}

// Kind is one kind of content.
type Kind struct {
	Name string `json:"kind"`
	// Entries counts records; for kinds that are no records the database's own entries.
	Entries int64 `json:"entries"`
	Bytes   int64 `json:"bytes"`
}

// Session is what the records of one session take, without its snapshot.
type Session struct {
	ID      protocol.SessionID `json:"id"`
	Records int64              `json:"records"`
	Votes   int64              `json:"votes"`
	Bytes   int64              `json:"bytes"`
	// ClosedAt is nil while the session is active.
	ClosedAt *protocol.Timestamp `json:"closed_at"`
	// Folded is true when its single votes were folded into its totals.
	Folded bool `json:"votes_folded"`
}

// Growth is what was added in the days up to the newest record.
type Growth struct {
	Days  int   `json:"days"`
	Votes int64 `json:"votes"`
	Bytes int64 `json:"bytes"`
}

// Freed is what would be freed of the sessions that were closed longer ago than Keep.
type Freed struct {
	Keep     time.Duration `json:"-"`
	Days     int           `json:"days"`
	Sessions int64         `json:"sessions"`
	Votes    int64         `json:"votes"`
	Bytes    int64         `json:"bytes"`
}
