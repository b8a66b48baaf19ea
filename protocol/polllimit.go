package protocol

// Limits of polls that clients meet.
const (
	// MinCandidates and MaxCandidates of one poll: more than six do not fit a screen
	// beside the game that is being played.
	MinCandidates = 2
	MaxCandidates = 6
	// MinPollSeconds, in seconds, is about the delay of a stream: with less, the chat
	// would see the poll when it is over. MaxPollSeconds is longer than any game.
	MinPollSeconds     = 10
	MaxPollSeconds     = 3600
	DefaultPollSeconds = 60
	// MaxPolls is how many polls one session can have; it also makes the decimal digits
	// of a PollID. An evening has about ten.
	MaxPolls = 1_000
	// MaxPollVoters bounds the voters of one poll, who are remembered until it ends:
	// some 8 MB. It is ten times the largest audience room.
	MaxPollVoters = 100_000
)
