package protocol

// MaxNotes, in runes, keeps session lists small.
const MaxNotes = 4000

// Session is one game night.
type Session struct {
	ID          SessionID  `json:"id"`
	CreatedAt   Timestamp  `json:"created_at"`
	ClosedAt    *Timestamp `json:"closed_at"`
	IsActive    bool       `json:"is_active"`
	Notes       *string    `json:"notes"`
	GamesPlayed int        `json:"games_played"`
	// VotesFoldedAt is when the single votes of a closed session were folded into its totals:
	// the history and exports have none of them any more. Absent while it has them.
	VotesFoldedAt *Timestamp `json:"votes_folded_at,omitempty"`
}

// CreateSession opens a session: sessions.create.
type CreateSession struct {
	Notes *string `json:"notes"`
	// ID is assigned by the hub.
	ID SessionID `json:"-"`
}

// Check implements Command.
func (c CreateSession) Check() *Error { return checkOptionalText("notes", c.Notes, MaxNotes) }

// Target implements SessionCommand.
func (c CreateSession) Target() SessionID { return c.ID }

// CloseSession closes a session: sessions.close. A game that is playing becomes played.
type CloseSession struct {
	ID    SessionID `json:"id"`
	Notes *string   `json:"notes"`
}

// Check implements Command.
func (c CloseSession) Check() *Error { return checkOptionalText("notes", c.Notes, MaxNotes) }

// Target implements SessionCommand.
func (c CloseSession) Target() SessionID { return c.ID }

// DeleteSession deletes a closed session: sessions.delete. The totals of games keep its votes.
type DeleteSession struct {
	ID SessionID `json:"id"`
}

// Check implements Command.
func (c DeleteSession) Check() *Error { return nil }

// Target implements SessionCommand.
func (c DeleteSession) Target() SessionID { return c.ID }

// DeletedSession is the answer of sessions.delete.
type DeletedSession struct {
	Message   string    `json:"message"`
	SessionID SessionID `json:"sessionId"`
}

// SessionStarted is the data of session.started.
type SessionStarted struct {
	Session StartedSession `json:"session"`
}

// StartedSession is the session within SessionStarted.
type StartedSession struct {
	ID        SessionID `json:"id"`
	IsActive  bool      `json:"is_active"`
	CreatedAt Timestamp `json:"created_at"`
	Notes     *string   `json:"notes"`
}

// SessionEnded is the data of session.ended.
type SessionEnded struct {
	Session EventSession `json:"session"`
}

// VotesFolded is the data of votes.folded: the single votes of a session that was closed long
// ago are gone, and so are the events before this one. Its totals stay.
type VotesFolded struct {
	SessionID SessionID `json:"sessionId"`
	// Votes is the number of votes for games that counted.
	Votes int64 `json:"votes"`
}

// SessionDeleted is the data of session.deleted.
type SessionDeleted struct {
	SessionID SessionID `json:"sessionId"`
}
