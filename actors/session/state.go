package session

import "partyline/protocol"

// phase is where the evening stands.
type phase uint8

const (
	phaseNone    phase = iota // before Opened
	phaseActive               // games and votes come in
	phaseClosed               // only reads, and DeleteSession
	phaseDeleted              // as if it had never been
)

// State is the state of one session. It belongs to one goroutine.
type State struct {
	id      protocol.SessionID
	phase   phase
	created protocol.Timestamp
	closed  protocol.Timestamp
	// last is the moment of the newest fact, for the snapshot alone: an older version
	// goes on from it.
	last  protocol.Timestamp
	notes *string
	// plays holds every playing, removed ones too, in the order of play: the n-th has the
	// id NewPlayID(id, n). Their steady times ascend, those of the clock may not.
	plays []play
	// played counts the plays that are not removed.
	played int
	// tallies are the games in the order of their first playing; places finds them.
	tallies []tally
	places  map[protocol.GameID]int
	voters  voters
	latest  protocol.LatestVotes
	// poll is the newest poll, nil before the first.
	poll    *poll
	devices devices
	join    join
	anchor  anchor
	bars    []bar
	// batch is no state: the outcomes of the batch decided last, for its Answer.
	batch verdict
	// chat is no state either: what the chat log decided last was worth.
	chat chatVerdict
}

// New is the state of a session that has not been opened yet.
func New(id protocol.SessionID) *State { return &State{id: id} }

// Active says that the session goes on.
func (h *State) Active() bool { return h.phase == phaseActive }

// Exists says whether the session is open or closed: not before CreateSession, not
// after DeleteSession.
func (h *State) Exists() bool { return h.phase == phaseActive || h.phase == phaseClosed }

// Busy says that something goes on by itself: such a session stays awake, and is woken
// when the hub starts.
func (h *State) Busy() bool {
	_, checking := h.RoomCheck()
	return checking || h.openPoll(0) != nil
}
