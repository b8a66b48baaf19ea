package protocol

import (
	"strings"
	"unicode"
	"unicode/utf8"
)

// MaxChatGames bounds the games that one chat log has votes for, so that its event
// and its answer, with titles of any length, stay below what is kept of an answer.
// An evening has about ten.
const MaxChatGames = 200

// ChatMessage is a line of a chat log.
type ChatMessage struct {
	Username  string         `json:"username"`
	Message   *string        `json:"message"`
	Timestamp *VoteTimestamp `json:"timestamp"`
	// Ticker is refused, as in CastVote.
	Ticker string `json:"ticker,omitempty"`
}

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

// Check implements Command. The sieve has looked at each line.
func (c *ImportChat) Check() *Error { return nil }

// Target is the session that decides.
func (c *ImportChat) Target() SessionID { return c.ID }

// ChatVote is a line of a chat log that holds a vote.
type ChatVote struct {
	Timestamp Timestamp
	// Name is the index of who wrote it in the list of names beside it.
	Voter  int32
	Thumbs Thumbs // never none
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

// ChatResult is the answer of sessions.chat_import.
type ChatResult struct {
	Message string `json:"message"`
	// MessagesImported is how many lines the log had.
	MessagesImported int `json:"messagesImported"`
	// DuplicatesSkipped is how many of them held a vote that is within a second of
	// another of the same name, counted before or in the same log.
	DuplicatesSkipped int `json:"duplicatesSkipped"`
	// VotesProcessed is how many votes count that did not before.
	VotesProcessed int64 `json:"votesProcessed"`
	// VotesByGame are those votes; never nil.
	VotesByGame map[GameID]ChatTally `json:"votesByGame"`
}

// ChatTally is the votes of one chat log for one game.
type ChatTally struct {
	Title     string `json:"title"`
	Upvotes   int64  `json:"upvotes"`
	Downvotes int64  `json:"downvotes"`
}

// ChatImported is the data of chat.imported: what a chat log was worth, all of it at once.
type ChatImported struct {
	SessionID SessionID `json:"sessionId"`
	// Messages is how many lines the log had.
	Messages int `json:"messages"`
	// Votes is how many votes it brought, the sum over the games.
	Votes int64 `json:"votes"`
	// Games are those that got votes, in the order of their first playings.
	Games []ChatGame `json:"games"`
}

// ChatGame is a game within ChatImported: the votes of the log, and the totals over all
// sessions with them.
type ChatGame struct {
	EventGame
	Upvotes   int64  `json:"upvotes"`
	Downvotes int64  `json:"downvotes"`
	Totals    Totals `json:"totals"`
}

// Thumbs is what somebody wrote into the chat: a thumb up, down, both, or none.
type Thumbs uint8

// The two thumbs. Both in one message are ThumbUp | ThumbDown.
const (
	ThumbUp   Thumbs = 1
	ThumbDown Thumbs = 2
)

// thumbWord is what a vote in the chat begins with, in upper or lower case.
const thumbWord = "thisgame"

// ReadThumbs finds the votes in a message of the chat, by the rules that stand in
// docs/api/chat.md for all bots: thisgame++ is a thumb up, thisgame-- a thumb down, in
// upper or lower case, anywhere, as whole words. More signs than two say no more, and
// no more than once each. One long dash stands for the two that chat programs make it
// of; other dashes stand for a hyphen.
func ReadThumbs(message string) (found Thumbs) {
	for rest := message; ; {
		at := strings.IndexFunc(rest, isSign)
		if at < 0 {
			return found
		}
		signs := readSigns(rest[at:])
		before := message[:len(message)-len(rest)+at]
		rest = rest[at+signs.size:]
		if signs.isVote() && endsInThumbWord(before) && !startsWithWordRune(rest) {
			found |= signs.thumb
		}
	}
}

// signs is a run of pluses, or of dashes.
type signRun struct {
	thumb             Thumbs
	size              int // in bytes
	count, longDashes int
}

func (s *signRun) isVote() bool { return s.count > 1 || s.longDashes > 0 }

// countSigns takes the longest run of one kind; text begins with a sign.
func readSigns(text string) (s signRun) {
	for i, r := range text {
		thumb := ThumbDown
		switch {
		case r == '+':
			thumb = ThumbUp
		case !isDash(r):
			thumb = 0
		}
		if i == 0 {
			s.thumb = thumb
		}
		if thumb == 0 || thumb != s.thumb {
			return s
		}
		s.count++
		if isLongDash(r) {
			s.longDashes++
		}
		s.size = i + utf8.RuneLen(r)
	}
	return s
}

// isThumbWord says whether the text ends with the word, and the word begins where no
// other goes on.
func endsInThumbWord(text string) bool {
	at := len(text) - len(thumbWord)
	if at < 0 || !strings.EqualFold(text[at:], thumbWord) {
		return false
	}
	r, _ := utf8.DecodeLastRuneInString(text[:at])
	return at == 0 || !isWordRune(r)
}

func startsWithWordRune(text string) bool {
	r, _ := utf8.DecodeRuneInString(text)
	return text != "" && isWordRune(r)
}

// isWord says what a word is made of.
func isWordRune(r rune) bool { return r == '_' || unicode.IsLetter(r) || unicode.IsNumber(r) }

func isSign(r rune) bool { return r == '+' || isDash(r) }

// isDash knows the hyphens, dashes and minus signs of Unicode.
func isDash(r rune) bool {
	switch r {
	case '-', '\u2010', '\u2011', '\u2012', '\u2212', '\ufe63', '\uff0d':
		return true
	}
	return isLongDash(r)
}

// isLongDash knows those that programs put in the place of two hyphens: en and em
// dash, horizontal bar, two-em and three-em dash, small em dash.
func isLongDash(r rune) bool {
	switch r {
	case '\u2013', '\u2014', '\u2015', '\u2e3a', '\u2e3b', '\ufe58':
		return true
	}
	return false
}
