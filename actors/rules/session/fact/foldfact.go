package fact

import "partyline/protocol"

// VotesFolded replaces everything that happened in a session before it by what is left: totals,
// games, the newest poll and notes, without single votes, names and devices. It holds the whole
// session, so that the records before it can be trimmed and readers can begin with it, whatever
// becomes of snapshots.
type VotesFolded struct {
	At protocol.Timestamp `json:"at"`
	// Votes are the votes for games that counted, the sum over Games.
	Votes  int64              `json:"votes"`
	Opened protocol.Timestamp `json:"opened"`
	Closed protocol.Timestamp `json:"closed"`
	Notes  *string            `json:"notes,omitempty"`
	// Generation and Policy are those of the last join code.
	Generation protocol.JoinGeneration `json:"generation,omitempty"`
	Policy     protocol.JoinPolicy     `json:"policy,omitempty"`
	// Plays are all plays in order, removed ones too.
	Plays []FoldedPlay `json:"plays,omitempty"`
	// Games are the games of the plays in the order of their first play.
	Games []FoldedGame `json:"games,omitempty"`
	// Poll is the newest poll, which is over; nil when there was none.
	Poll *FoldedPoll `json:"poll,omitempty"`
}

// FoldedPlay is one play of a game.
type FoldedPlay struct {
	At          protocol.Timestamp  `json:"at"`
	Status      protocol.PlayStatus `json:"status"`
	Removed     bool                `json:"removed,omitempty"`
	Manual      bool                `json:"manual,omitempty"`
	RoomCode    *string             `json:"room,omitempty"`
	Count       *int                `json:"count,omitempty"`
	CountStatus *string             `json:"count_status,omitempty"`
	Game        PlayedGame          `json:"game"`
}

// FoldedGame is what a game got in the session, and its totals over all sessions when it was
// first added.
type FoldedGame struct {
	ID       protocol.GameID `json:"id"`
	Title    string          `json:"title"`
	PackName string          `json:"pack"`
	BaseUp   int64           `json:"base_up,omitempty"`
	BaseDown int64           `json:"base_down,omitempty"`
	Up       int64           `json:"up,omitempty"`
	Down     int64           `json:"down,omitempty"`
}

// FoldedPoll is a poll that has ended.
type FoldedPoll struct {
	Number     int                `json:"number"`
	Started    protocol.Timestamp `json:"started"`
	Ends       protocol.Timestamp `json:"ends"`
	Ended      protocol.Timestamp `json:"ended"`
	AutoAdd    bool               `json:"auto,omitempty"`
	Candidates []FoldedCandidate  `json:"candidates"`
	Choice     int                `json:"choice,omitempty"` // 0 when it was canceled
	Tie        bool               `json:"tie,omitempty"`
	Added      bool               `json:"added,omitempty"`
	Plays      int                `json:"plays,omitempty"` // how many there were at its end
}

// FoldedCandidate is a candidate with its votes.
type FoldedCandidate struct {
	Game  PlayedGame `json:"game"`
	Votes int64      `json:"votes,omitempty"`
}

func (f *VotesFolded) Occurred() protocol.Timestamp { return f.At }

// Valid says whether a session could have made it.
func (f *VotesFolded) Valid() bool {
	votes, games := int64(0), make(map[protocol.GameID]struct{}, len(f.Games))
	for _, g := range f.Games {
		if _, twice := games[g.ID]; twice || g.ID <= 0 || min(g.BaseUp, g.BaseDown, g.Up, g.Down) < 0 {
			return false
		}
		games[g.ID] = struct{}{}
		votes += g.Up + g.Down
	}
	for i := range f.Plays {
		p := &f.Plays[i]
		if _, known := games[p.Game.ID]; !known || !p.valid() {
			return false
		}
	}
	join := JoinSet{Generation: f.Generation, Policy: f.Policy}
	return f.Opened > 0 && f.Closed > 0 && votes == f.Votes && len(f.Plays) < protocol.MaxPlays && join.Valid() && f.Poll.valid()
}

func (p *FoldedPlay) valid() bool {
	count := p.Count == nil
	if p.CountStatus != nil {
		count = p.Count != nil || KnownCheckStatus(*p.CountStatus)
	}
	return p.At > 0 && count && KnownPlayStatus(p.Status)
}

// valid accepts nil.
func (p *FoldedPoll) valid() bool {
	if p == nil {
		return true
	}
	games := make([]PlayedGame, len(p.Candidates))
	for i, c := range p.Candidates {
		if games[i] = c.Game; c.Votes < 0 {
			return false
		}
	}
	return ValidCandidates(games) && p.Number > 0 && p.Number < protocol.MaxPolls && p.Started > 0 && p.Ends > p.Started && p.Ended > 0 &&
		p.Choice >= 0 && p.Choice <= len(p.Candidates) && (p.Choice > 0 || !p.Tie && !p.Added) && p.Plays >= 0
}
