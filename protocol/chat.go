package protocol

// ChatMessage is a line of a chat log.
type ChatMessage struct {
	Username  string         `json:"username"`
	Message   *string        `json:"message"`
	Timestamp *VoteTimestamp `json:"timestamp"`
	// Ticker is refused, as in CastVote.
	Ticker string `json:"ticker,omitempty"`
}

// ChatLog is the request of sessions.chat_import as clients send it. The server never
// holds it whole: it reads it line by line into an ImportChat.
type ChatLog struct {
	ID       SessionID     `json:"id"`
	ChatData []ChatMessage `json:"chatData"`
}

// ImportChat counts the votes of a chat log: sessions.chat_import. It is what a ChatScanner
// leaves of a log.
type ImportChat struct {
	ID SessionID
	// Messages is how many lines the log has.
	Messages int
	// Names are those who vote, as they are written, each once.
	Voters []string
	// Votes are the lines that hold a vote, in the order of the log.
	Votes []ChatVote
	// Latest is the latest time of any line, Newest the line it stands in, from 0.
	LatestTimestamp Timestamp
	LatestLine      int
}

// ChatVote is a line of a chat log that holds a vote.
type ChatVote struct {
	Timestamp Timestamp
	// Name is the index of who wrote it in the list of names beside it.
	Voter  int32
	Thumbs Thumbs // never none
}

// Check implements Command. The sieve has looked at each line.
func (c *ImportChat) Check() *Error { return nil }

// Target is the session that decides.
func (c *ImportChat) Target() SessionID { return c.ID }

// Check wants all three fields. A message may be empty: a picture has no words.
func (m *ChatMessage) Check() *Error {
	switch {
	case m.Username == "":
		return Invalid("username is required")
	case m.Message == nil:
		return Invalid("message is required")
	case m.Timestamp == nil:
		return Invalid("timestamp is required")
	case m.Ticker != "":
		return errTickerUnsupported()
	}
	return checkLine("username", m.Username, 1, MaxUsername)
}

// ChatScanner keeps the votes of a chat log and forgets the rest, line by line: of 16 MiB
// most is talk. The zero value is ready.
type ChatScanner struct {
	log    ImportChat
	voters map[string]int32
}

// Add takes the next line. The error names it.
func (s *ChatScanner) Add(m *ChatMessage) *Error {
	m.Username = NormalizeVoterName(m.Username)
	if err := m.Check(); err != nil {
		return ChatLineError(s.log.Messages, err)
	}
	if ts := m.Timestamp.Timestamp(); ts > s.log.LatestTimestamp {
		s.log.LatestTimestamp, s.log.LatestLine = ts, s.log.Messages
	}
	s.log.Messages++
	if thumbs := ReadThumbs(*m.Message); thumbs != 0 {
		s.log.Votes = append(s.log.Votes, ChatVote{Timestamp: m.Timestamp.Timestamp(), Voter: s.voterIndex(m.Username), Thumbs: thumbs})
	}
	return nil
}

// Log is what came of the lines so far, as a command to that session.
func (s *ChatScanner) Import(id SessionID) *ImportChat {
	log := s.log
	log.ID = id
	return &log
}

func (s *ChatScanner) voterIndex(name string) int32 {
	if i, ok := s.voters[name]; ok {
		return i
	}
	if s.voters == nil {
		s.voters = map[string]int32{}
	}
	i := int32(len(s.log.Voters))
	s.voters[name] = i
	s.log.Voters = append(s.log.Voters, name)
	return i
}

// ChatLine says which line of a log an error is about, counted from 0. The sentence of
// an invalid one begins with its field.
func ChatLineError(n int, err *Error) *Error {
	between := ": "
	if err.Code == CodeInvalid {
		between = "."
	}
	return Errorf(err.Code, "chatData[%d]%s%s", n, between, err.Message)
}
