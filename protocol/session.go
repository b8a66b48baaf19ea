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

// SessionDeleted is the data of session.deleted.
type SessionDeleted struct {
	SessionID SessionID `json:"sessionId"`
}
