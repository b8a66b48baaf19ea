package sessions

import (
	"partyline/actors/ledger"
	"partyline/protocol"
)

// Send gives a message to the actor of a session, waking the session if need be. The id 0
// stands for the active session when there is none. A session that is awake and has nothing to
// do handles the message on the caller's goroutine, before Send returns.
func (s *Service) Send(id protocol.SessionID, m any) *protocol.Error {
	if id == 0 {
		return protocol.Errorf(protocol.CodeNotFound, "No active session found")
	}
	if !s.directory.exists(id) {
		return protocol.NotFound("Session")
	}
	run, awake := s.addresses.sendHere(s.System, id, m)
	switch {
	case !awake:
		s.System.Send(s.registry, &forwarded{id: id, message: m})
	case run != nil:
		run()
	}
	return nil
}

// create gives a new session its id and has its actor decide the command.
func (s *Service) create(c *ledger.Command, cmd protocol.CreateSession) *protocol.Error {
	id, err := s.directory.reserve()
	if err != nil {
		return err
	}
	cmd.ID = id
	c.Cmd = cmd
	done := c.Done
	c.Done = func(answer any, err *protocol.Error) {
		if err != nil {
			// Should it be on disk after all, its actor updates the directory when it has
			// loaded the session.
			s.directory.update(id, false, false)
		}
		done(answer, err)
	}
	return s.Send(id, c)
}

// Decide gives a command to the session that it names, completed with what the session's state
// cannot know. A vote that names no session goes to the newest active one.
func (s *Service) Decide(c *ledger.Command, cmd protocol.SessionCommand) *protocol.Error {
	switch cmd := cmd.(type) {
	case protocol.CreateSession:
		return s.create(c, cmd)
	case *protocol.CastVote:
		if cmd.SessionID == 0 {
			active := *cmd
			active.SessionID = s.directory.newest()
			c.Cmd = &active
			return s.Send(active.SessionID, c)
		}
	case protocol.EndPoll:
		cmd.TieBreak = s.Draw()
		c.Cmd = cmd
	case protocol.OpenJoin:
		cmd.NewCode = s.reserveCode(c)
		c.Cmd = cmd
	}
	return s.Send(cmd.Target(), c)
}

// reserveCode reserves a join code, in case that the session needs a new one, until the
// command is answered.
func (s *Service) reserveCode(c *ledger.Command) string {
	code := s.JoinCodes.reserve()
	done := c.Done
	c.Done = func(answer any, err *protocol.Error) {
		s.JoinCodes.release(code)
		done(answer, err)
	}
	return code
}
