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
	}
	return nil, nil
}

// ReadChat reads a stored fact that is a chat log. It returns nil for every other fact without
// decoding it.
func ReadChat(b []byte) (*ChatImported, error) {
	if len(b) == 0 || b[0] != kindChatImported {
		return nil, nil
	}
	return readChat(b[1:])
}

// SameName says whether two names are one voter: without the space around them, and
// case folded.
func SameName(a, b string) bool {
	return strings.EqualFold(strings.TrimSpace(a), strings.TrimSpace(b))
}
