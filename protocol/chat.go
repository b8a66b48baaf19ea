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

const (
	// MaxChatVotes bounds the votes of one chat log, where those of a line for one game count as
	// one, so that a record has at most twice as many. A log of MaxImport bytes reaches it only
	// with several tickers in its lines.
	MaxChatVotes = 1 << 18
	// MaxLineTickers bounds the games that one chat message can vote for by ticker. More are
	// ignored: nobody means them all.
	MaxLineTickers = 10
)

// ChatMessage is a line of a chat log.
type ChatMessage struct {
	Username  string         `json:"username"`
	Message   *string        `json:"message"`
	Timestamp *VoteTimestamp `json:"timestamp"`
}

// Check requires all three fields. A message may be empty: a picture has no text.
func (m *ChatMessage) Check() *Error {
	switch {
	case m.Username == "":
		return Invalid("username is required")
	case m.Message == nil:
		return Invalid("message is required")
	case m.Timestamp == nil:
		return Invalid("timestamp is required")
	}
	return checkLine("username", m.Username, 1, MaxUsername)
}

// ChatLog is the request of sessions.chat_import as clients send it. The server never
// holds a whole log: a ChatScanner reads it line by line into an ImportChat.
type ChatLog struct {
	ID       SessionID     `json:"id"`
	ChatData []ChatMessage `json:"chatData"`
}

// ImportChat imports the votes of a chat log: sessions.chat_import. A ChatScanner makes it
// from the log.
type ImportChat struct {
	ID SessionID
	// Messages is the number of lines of the log.
	Messages int
	// Voters are the names that voted, as they are written, each once.
	Voters []string
	// Votes are the votes of the lines, in the order of the log.
	Votes []ChatVote
	// Games are those that are voted for by ticker. The scanner knows only their ids; the hub
	// fills in the rest, and sets the id of a game that is gone to 0.
	Games []Game
	// LatestTimestamp is the latest timestamp of any line, LatestLine the index of that line.
	LatestTimestamp Timestamp
	LatestLine      int
}

// Check implements Command. The ChatScanner has checked each line.
func (c *ImportChat) Check() *Error { return nil }

// Target implements SessionCommand.
func (c *ImportChat) Target() SessionID { return c.ID }

// ChatVote is what a line of a chat log has for one game: that at its time, or one by ticker.
type ChatVote struct {
	Timestamp Timestamp
	// Voter is the index of the name in ImportChat.Voters.
	Voter  int32
	Thumbs Thumbs // never 0
	// Game is the index of a game in ImportChat.Games, from 1, and 0 for the game at the time.
	Game uint16
}

// ChatScanner reads a chat log line by line and keeps only the votes: most of 16 MiB is
// talk. The zero value is ready to use.
type ChatScanner struct {
	// Tickers are those that games have, in upper case; words that are none of them are talk.
	Tickers map[string]GameID

	log    ImportChat
	voters map[string]int32
	games  map[GameID]uint16 // their indexes in log.Games, from 1
}

// Add reads the next line. An error names the line.
func (s *ChatScanner) Add(m *ChatMessage) *Error {
	m.Username = NormalizeVoterName(m.Username)
	if err := m.Check(); err != nil {
		return ChatLineError(s.log.Messages, err)
	}
	if ts := m.Timestamp.Timestamp(); ts > s.log.LatestTimestamp {
		s.log.LatestTimestamp, s.log.LatestLine = ts, s.log.Messages
	}
	s.log.Messages++
	before := len(s.log.Votes)
	readVotes(*m.Message, func(word string, thumb Thumbs) { s.addVote(before, word, thumb) })
	if len(s.log.Votes) > MaxChatVotes {
		return ChatLineError(s.log.Messages-1, Invalid("message is beyond the %d votes that a chat log can hold. Import it in parts.", MaxChatVotes))
	}
	for i := before; i < len(s.log.Votes); i++ {
		v := &s.log.Votes[i]
		v.Timestamp, v.Voter = m.Timestamp.Timestamp(), s.voterIndex(m.Username)
	}
	return nil
}

// addVote adds a vote of the line whose votes begin at an index.
func (s *ChatScanner) addVote(begin int, word string, thumb Thumbs) {
	game, ok := s.gameIndex(word)
	if !ok {
		return
	}
	line, byTicker := s.log.Votes[begin:], 0
	for i := range line {
		if line[i].Game == game {
			line[i].Thumbs |= thumb
			return
		}
		if line[i].Game != 0 {
			byTicker++
		}
	}
	if game == 0 || byTicker < MaxLineTickers {
		s.log.Votes = append(s.log.Votes, ChatVote{Game: game, Thumbs: thumb})
	}
}

// gameIndex returns the index of the game that a word means in ImportChat.Games, which it
// extends by new games, from 1, and 0 for thumbWord; ok is false for other words.
func (s *ChatScanner) gameIndex(word string) (index uint16, ok bool) {
	if strings.EqualFold(word, thumbWord) {
		return 0, true
	}
	if len(word) < MinTicker || len(word) > MaxTicker {
		return 0, false
	}
	var room [MaxTicker]byte
	id, ok := s.Tickers[string(appendUpper(room[:0], word))]
	if !ok {
		return 0, false
	}
	if index = s.games[id]; index == 0 {
		if s.games == nil {
			s.games = map[GameID]uint16{}
		}
		s.log.Games = append(s.log.Games, Game{ID: id})
		index = uint16(len(s.log.Games))
		s.games[id] = index
	}
	return index, true
}

// appendUpper appends a word of ASCII letters and digits in upper case.
func appendUpper(dst []byte, word string) []byte {
	for i := range len(word) {
		c := word[i]
		if 'a' <= c && c <= 'z' {
			c -= 'a' - 'A'
		}
		dst = append(dst, c)
	}
	return dst
}

// Import returns the votes of all lines so far as a command to that session.
func (s *ChatScanner) Import(id SessionID) *ImportChat {
	log := s.log
	log.ID = id
	return &log
}

// voterIndex returns the index of the name in ImportChat.Voters, which it extends by new names.
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

// ChatLineError names the line of a log, from 0, in an error about it. The message of a
// CodeInvalid error begins with the field, so it is joined by a dot.
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
	// MessagesImported is the number of lines of the log.
	MessagesImported int `json:"messagesImported"`
	// DuplicatesSkipped is the number of votes that are within a second of another vote of the
	// same name, or by ticker for the same game, counted before or in the same log. Both thumbs of
	// a line are one.
	DuplicatesSkipped int `json:"duplicatesSkipped"`
	// VotesProcessed is the number of votes that were counted now.
	VotesProcessed int64 `json:"votesProcessed"`
	// VotesByGame are the votes counted now, by game; never nil.
	VotesByGame map[GameID]ChatGameVotes `json:"votesByGame"`
}

// ChatGameVotes are the votes of one chat log for one game.
type ChatGameVotes struct {
	Title     string `json:"title"`
	Upvotes   int64  `json:"upvotes"`
	Downvotes int64  `json:"downvotes"`
}

// ChatImported is the data of chat.imported: all votes of one chat log in one event.
type ChatImported struct {
	SessionID SessionID `json:"sessionId"`
	// Messages is the number of lines of the log.
	Messages int `json:"messages"`
	// Votes is the number of votes, the sum over the games.
	Votes int64 `json:"votes"`
	// Games are the games with votes, in the order of their first plays; those by ticker alone
	// stand behind them.
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

// Thumbs are the votes in one chat message: up, down, both, or none.
type Thumbs uint8

// The two bits of Thumbs. Both in one message are ThumbUp | ThumbDown.
const (
	ThumbUp   Thumbs = 1
	ThumbDown Thumbs = 2
)

// thumbWord begins a vote in the chat, in upper or lower case.
const thumbWord = "thisgame"

// ReadThumbs finds the votes in a chat message, by the rules that docs/api/chat.md gives to
// all bots: thisgame++ is a vote up, thisgame-- a vote down, in upper or lower case, anywhere
// in the message, as whole words. More than two signs mean the same as two, and repetitions
// mean the same as one vote. A long dash counts as two hyphens, because chat programs replace
// two hyphens with it; any other dash counts as one hyphen.
//
// The ticker of a game in the place of the word is a vote for that game; a ChatScanner reads
// those, too.
func ReadThumbs(message string) (found Thumbs) {
	readVotes(message, func(word string, thumb Thumbs) {
		if strings.EqualFold(word, thumbWord) {
			found |= thumb
		}
	})
	return found
}

// readVotes calls found with each word of ASCII letters and digits in a message that has the
// signs of a vote behind it, in their order.
func readVotes(message string, found func(word string, thumb Thumbs)) {
	for rest := message; ; {
		at := strings.IndexFunc(rest, isSign)
		if at < 0 {
			return
		}
		signs := readSigns(rest[at:])
		before := message[:len(message)-len(rest)+at]
		rest = rest[at+signs.size:]
		if !signs.isVote() || startsWithWordRune(rest) {
			continue
		}
		if word := lastWord(before); word != "" {
			found(word, signs.thumb)
		}
	}
}

// signRun is a run of pluses or of dashes.
type signRun struct {
	thumb             Thumbs
	size              int // in bytes
	count, longDashes int
}

// isVote reports whether the run is long enough for a vote.
func (s *signRun) isVote() bool { return s.count > 1 || s.longDashes > 0 }

// readSigns reads the longest run of one kind at the beginning of text, which is a sign.
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

// lastWord returns the word of ASCII letters and digits at the end of a text, empty when there
// is none, when it is too long to mean a game, or when it is only the end of a longer word.
func lastWord(text string) string {
	at := len(text)
	for at > 0 && len(text)-at <= max(MaxTicker, len(thumbWord)) && isTickerByte(text[at-1]) {
		at--
	}
	r, _ := utf8.DecodeLastRuneInString(text[:at])
	if at > 0 && isWordRune(r) {
		return ""
	}
	return text[at:]
}

// startsWithWordRune reports whether the text goes on with the word before it.
func startsWithWordRune(text string) bool {
	r, _ := utf8.DecodeRuneInString(text)
	return text != "" && isWordRune(r)
}

// isWordRune reports whether r can be part of a word.
func isWordRune(r rune) bool { return r == '_' || unicode.IsLetter(r) || unicode.IsNumber(r) }

func isSign(r rune) bool { return r == '+' || isDash(r) }

// isDash reports whether r is a hyphen, dash or minus sign of Unicode.
func isDash(r rune) bool {
	switch r {
	case '-', '\u2010', '\u2011', '\u2012', '\u2212', '\ufe63', '\uff0d':
		return true
	}
	return isLongDash(r)
}

// isLongDash reports whether r is a dash that programs put in the place of two hyphens: en
// and em dash, horizontal bar, two-em and three-em dash, small em dash.
func isLongDash(r rune) bool {
	switch r {
	case '\u2013', '\u2014', '\u2015', '\u2e3a', '\u2e3b', '\ufe58':
		return true
	}
	return false
}
