package fact

import "strings"

// ReadVote reads a stored fact that is a vote. It returns nil for every other fact without
// decoding it.
func ReadVote(b []byte) (*VoteCast, error) {
	if len(b) == 0 {
		return nil, nil
	}
	switch b[0] {
	case kindVoteCast:
		return readVote(b[1:])
	case kindGuestVote:
		return readGuestVote(b[1:])
	case kindFirstGuestVote:
		return readFirstGuestVote(b[1:])
	case kindTickerVote:
		return readTickerVote(b[1:])
	case kindFirstTickerVote:
		return readFirstTickerVote(b[1:])
	}
	return nil, nil
}

// ReadChat reads a stored fact that is a chat log. It returns nil for every other fact without
// decoding it.
func ReadChat(b []byte) (*ChatImported, error) {
	if len(b) == 0 {
		return nil, nil
	}
	switch b[0] {
	case kindChatImported:
		return readChat(b[1:])
	case kindTickerChat:
		return readTickerChat(b[1:])
	}
	return nil, nil
}

// SameName says whether two names are one voter: without the space around them, and
// case folded.
func SameName(a, b string) bool {
	return strings.EqualFold(strings.TrimSpace(a), strings.TrimSpace(b))
}

// CountVotes is how many votes for games, and in polls, a stored fact holds; both are 0 for
// every other fact, which is not decoded.
func CountVotes(b []byte) (games, polls int64, err error) {
	if len(b) == 0 {
		return 0, 0, nil
	}
	switch b[0] {
	case kindVoteCast, kindGuestVote, kindFirstGuestVote, kindTickerVote, kindFirstTickerVote:
		return 1, 0, nil
	case kindPollVoted, kindFirstPollVote:
		return 0, 1, nil
	case kindChatImported, kindTickerChat:
		f, err := ReadChat(b)
		if err != nil {
			return 0, 0, err
		}
		return f.Total(), 0, nil
	}
	return 0, 0, nil
}
