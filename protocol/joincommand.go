package protocol

// OpenJoin lets people join a session: sessions.join.open. What is open already stays
// as it is, but for the policy, unless Renew asks for another code.
type OpenJoin struct {
	ID SessionID `json:"id"`
	// Policy empty leaves what was set; at first that is PolicyLatest.
	Policy JoinPolicy `json:"policy"`
	Renew  bool       `json:"renew"`
	// Fresh is a code that no session has, drawn by the hub in case one is needed.
	NewCode string `json:"-"`
}

// CloseJoin ends that, and with it all rights of those who have joined:
// sessions.join.close.
type CloseJoin struct {
	ID SessionID `json:"id"`
}

// Target is the session that decides.
func (c OpenJoin) Target() SessionID { return c.ID }

// Target is the session that decides.
func (c CloseJoin) Target() SessionID { return c.ID }

// Check implements Command.
func (c OpenJoin) Check() *Error {
	switch c.Policy {
	case "", PolicyEvery, PolicyLatest, PolicyOnce:
		return nil
	}
	return Invalid(`policy must be "every", "latest" or "once"`)
}

// Check implements Command.
func (c CloseJoin) Check() *Error { return nil }
