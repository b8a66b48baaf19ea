package protocol

// Replies: small answers that are no resource of their own.

// Message is an answer that is only a sentence, such as that of games.delete.
type Message struct {
	Message string `json:"message"`
}

// DeletedSession is the answer of sessions.delete.
type DeletedSession struct {
	Message   string    `json:"message"`
	SessionID SessionID `json:"sessionId"`
}

// FavorSet is the answer of games.favor and games.packs.favor; the bias is 1, 0 or -1.
type FavorSet struct {
	Message   string `json:"message"`
	FavorBias int    `json:"favor_bias"`
}

// PackToggled is the answer of games.packs.toggle: how many games the pack holds.
type PackToggled struct {
	Message       string `json:"message"`
	GamesAffected int    `json:"gamesAffected"`
}
