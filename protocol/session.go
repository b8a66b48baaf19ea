package protocol

// MaxNotes, in runes, keeps session lists small.
const MaxNotes = 4000

// Session is a game night.
type Session struct {
	ID          SessionID  `json:"id"`
	CreatedAt   Timestamp  `json:"created_at"`
	ClosedAt    *Timestamp `json:"closed_at"`
	IsActive    bool       `json:"is_active"`
	Notes       *string    `json:"notes"`
	GamesPlayed int        `json:"games_played"`
}

// CreateSession opens a game night: sessions.create.
type CreateSession struct {
	Notes *string `json:"notes"`
	// ID is given by the registry.
	ID SessionID `json:"-"`
}

// Check implements Command.
func (c CreateSession) Check() *Error { return checkOptionalText("notes", c.Notes, MaxNotes) }

// Target is the session that decides.
func (c CreateSession) Target() SessionID { return c.ID }

// CloseSession ends it: sessions.close. What is playing becomes played.
type CloseSession struct {
	ID    SessionID `json:"id"`
	Notes *string   `json:"notes"`
}

// Check implements Command.
func (c CloseSession) Check() *Error { return checkOptionalText("notes", c.Notes, MaxNotes) }

func (c CloseSession) Target() SessionID { return c.ID }

// DeleteSession forgets a closed session: sessions.delete. Totals of games stay.
type DeleteSession struct {
	ID SessionID `json:"id"`
}

// Check implements Command.
func (c DeleteSession) Check() *Error { return nil }

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
