package session

import "partyline/protocol"

// phase is the stage of a session's life.
type phase uint8

const (
	phaseNone    phase = iota // before Opened
	phaseActive               // games and votes are accepted
	phaseClosed               // only reads, and DeleteSession
	phaseDeleted              // as if it had never existed
)

// State is the state of one session. It belongs to one goroutine.
type State struct {
	id      protocol.SessionID
	phase   phase
	created protocol.Timestamp
	closed  protocol.Timestamp
	// last is the time of the newest fact. Only the snapshot uses it: older versions of
	// Partyline continue from it.
	last  protocol.Timestamp
	notes *string
	// plays holds every play of a game, removed ones too, in order: the n-th has the id
	// NewPlayID(id, n). Their monotonic times ascend; those of the wall clock may not.
	plays []play
	// played counts the plays that are not removed.
	playCount int
	// tallies holds the games in the order of their first play or vote by ticker; tallyIndex
	// finds them.
	tallies    []tally
	tallyIndex map[protocol.GameID]int
	voters     voters
	// byTicker says that voters has votes by ticker.
	byTicker    bool
	latestVotes protocol.LatestVotes
	// poll is the newest poll, nil before the first.
	poll    *poll
	devices devices
	join    join
	clock   clockAnchor
	voided  []voidedAddress
	// folded is nil while the session has its single votes.
	folded *folded
	// batch is not part of the state: the outcomes of the last batch decided, for its Answer.
	batch batchOutcome
	// chat is not part of the state either: the result of the last chat log decided.
	chat chatOutcome
}

// New returns the state of a session that has not been opened. Its key is 0; see NewKeyed.
func New(id protocol.SessionID) *State { return &State{id: id} }

// NewKeyed is New with a key that clients cannot know. A snapshot that is restored has its own.
func NewKeyed(id protocol.SessionID, key VoteKey) *State {
	return &State{id: id, voters: voters{key: key}}
}

// Active says that the session accepts games and votes.
func (s *State) Active() bool { return s.phase == phaseActive }

// Exists says whether the session is open or closed: not before CreateSession, not
// after DeleteSession.
func (s *State) Exists() bool { return s.phase == phaseActive || s.phase == phaseClosed }

// Busy says that a poll is open or a room is monitored. The actor of such a session is not
// passivated, and is started with the hub.
func (s *State) Busy() bool {
	_, checking := s.RoomCheck()
	return checking || s.openPoll(0) != nil
}
