package protocol

// Check implements Command.
func (c StartPoll) Check() *Error {
	if err := c.checkCandidates(); err != nil {
		return err
	}
	if s := c.Seconds; s != nil && (*s < MinPollSeconds || *s > MaxPollSeconds) {
		return Invalid("seconds must be between %d and %d", MinPollSeconds, MaxPollSeconds)
	}
	return c.Pick().Filter().Check()
}

func (c StartPoll) checkCandidates() *Error {
	switch {
	case c.GameIDs == nil && c.Count == nil:
		return Invalid("game_ids or count is required")
	case c.GameIDs != nil && c.Count != nil:
		return Invalid("game_ids and count exclude each other")
	case c.Count != nil:
		if *c.Count < MinCandidates || *c.Count > MaxCandidates {
			return Invalid("count must be between %d and %d", MinCandidates, MaxCandidates)
		}
		return nil
	case len(c.GameIDs) < MinCandidates || len(c.GameIDs) > MaxCandidates:
		return Invalid("game_ids must be a list of %d to %d games", MinCandidates, MaxCandidates)
	}
	return c.checkGames()
}

func (c StartPoll) checkGames() *Error {
	seen := make(map[GameID]bool, len(c.GameIDs))
	for _, id := range c.GameIDs {
		if id < 1 {
			return Invalid("game_ids must be positive integers")
		}
		if seen[id] {
			return Invalid("game_ids must be different games")
		}
		seen[id] = true
	}
	return nil
}

// Check implements Command.
func (c *CastPollVote) Check() *Error {
	if c.PollID < 0 {
		return Invalid("poll_id must be a positive integer")
	}
	if c.Choice < 1 || c.Choice > MaxCandidates {
		return Invalid("choice must be the number of a candidate")
	}
	if c.Username == "" {
		return Invalid("username is required")
	}
	return checkLine("username", c.Username, 1, MaxUsername)
}

// Check implements Command.
func (c EndPoll) Check() *Error { return nil }

// Check implements Command.
func (c CancelPoll) Check() *Error { return nil }

// Check implements Command.
func (c AddPollWinner) Check() *Error { return nil }
