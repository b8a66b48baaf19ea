package session

import (
	"cmp"
	"slices"
	"sort"

	"partyline/actors/rules/session/fact"
	"partyline/protocol"
)

// chatOutcome is the result of a chat log, from Decide to Answer.
type chatOutcome struct {
	of     *protocol.ImportChat
	result *protocol.ChatResult
}

// decideChat decides ImportChat: which of the log's votes count, each as if it were cast
// live, in the order of the log. A closed session accepts a log too, because logs are often
// imported afterwards. It takes some 200 ns a vote, and the session decides nothing else
// meanwhile.
func (s *State) decideChat(dst []fact.Fact, c *protocol.ImportChat, now protocol.ClockReading) ([]fact.Fact, *protocol.Error) {
	if c.LatestTimestamp > max(now.Wall, now.Monotonic)+futureTolerance {
		return dst, protocol.ChatLineError(c.LatestLine, protocol.Invalid("timestamp must not be more than %d seconds in the future", futureTolerance/1000))
	}
	if s.folded != nil {
		// The log's duplicates cannot be told any more, and the history lists none of its votes.
		return dst, protocol.Errorf(protocol.CodeSessionClosed, "The single votes of this session were folded into its totals; no more can be imported")
	}
	l := newChatImport(s, c, now)
	for i := range c.Votes {
		if c.Votes[i].Game == 0 {
			l.add(int32(i))
		} else {
			l.addByTicker(int32(i))
		}
	}
	r := &protocol.ChatResult{
		Message:          "Chat log imported and processed successfully",
		MessagesImported: c.Messages, DuplicatesSkipped: l.duplicates, VotesByGame: map[protocol.GameID]protocol.ChatGameVotes{},
	}
	s.chat = chatOutcome{of: c, result: r}
	if len(l.accepted) == 0 {
		return dst, nil
	}
	f := l.fact(now.Wall)
	for _, p := range f.Plays {
		t := r.VotesByGame[p.Game]
		if p.Details != nil {
			t.Title = p.Details.Title
		} else {
			t.Title = s.tallies[s.tallyIndex[p.Game]].Title
		}
		t.Upvotes += p.Up
		t.Downvotes += p.Down
		r.VotesByGame[p.Game] = t
		r.VotesProcessed += p.Up + p.Down
	}
	if len(r.VotesByGame) > protocol.MaxChatGames {
		return dst, protocol.Invalid("A chat log can hold votes for at most %d games. Import it in parts.", protocol.MaxChatGames)
	}
	return append(dst, f), nil
}

// chatImport is a chat log being decided.
type chatImport struct {
	state *State
	cmd   *protocol.ImportChat
	// begun are the numbers of the plays that are not removed, in order, and begins the times
	// from which on timestamps are for them or for later ones. shift is subtracted from a
	// timestamp to get the monotonic time.
	begun  []int
	begins []protocol.Timestamp
	shift  protocol.Timestamp
	// voters maps the names of the log to voters, one for each folded name, numbered in order.
	// tickerVoters are the voters of votes by ticker, one for each voter and game, numbered
	// behind them. hashes are the voters' names as the state knows them.
	voters       []int32
	tickerVoters map[voterGame]int32
	hashes       []nameHash
	// last is each voter's latest vote accepted from this log, before 1970 for none.
	last       []protocol.Timestamp
	accepted   []acceptedVote
	duplicates int
	// seen holds all accepted votes, to compare votes older than the last with. It is nil until
	// there is such a vote: most logs are in order. As accepted votes are a duplicateWindow
	// apart, a voter has at most one of them in a second.
	seen map[voterSecond]protocol.Timestamp
}

// voterSecond is a second of a voter, counted from 1970.
type voterSecond struct {
	voter  int32
	second protocol.Timestamp
}

// voterGame is a voter of votes by ticker for a game.
type voterGame struct {
	voter int32
	game  protocol.GameID
}

// acceptedVote is a vote of the log that counts, by its index there, with the number of its
// play, 0 for one by ticker, and its voter.
type acceptedVote struct {
	vote  int32
	play  int32
	voter int32
}

func newChatImport(h *State, c *protocol.ImportChat, now protocol.ClockReading) *chatImport {
	l := &chatImport{
		state: h, cmd: c, voters: make([]int32, len(c.Voters)), hashes: make([]nameHash, 0, len(c.Voters)),
		accepted: make([]acceptedVote, 0, len(c.Votes)),
	}
	l.matchPlays(now)
	numbers := make(map[string]int32, len(c.Voters))
	var room [fact.MaxFolded]byte
	for i, name := range c.Voters {
		key := fact.Fold(room[:0], name)
		n, ok := numbers[string(key)]
		if !ok {
			n = l.newVoter(h.voters.hash(name))
			numbers[string(key)] = n
		}
		l.voters[i] = n
	}
	return l
}

// newVoter returns the number of a new voter.
func (l *chatImport) newVoter(name nameHash) int32 {
	l.hashes = append(l.hashes, name)
	l.last = append(l.last, -duplicateWindow)
	return int32(len(l.hashes)) - 1
}

// tickerVoter returns the number of the voter of a vote by ticker. create is false when only
// votes of this log matter: then it is -1 for a voter without any.
func (l *chatImport) tickerVoter(v *protocol.ChatVote, game protocol.GameID, create bool) int32 {
	key := voterGame{l.voters[v.Voter], game}
	n, ok := l.tickerVoters[key]
	switch {
	case ok:
		return n
	case !create:
		return -1
	case l.tickerVoters == nil:
		l.tickerVoters = map[voterGame]int32{}
	}
	n = l.newVoter(l.state.voters.hashFor(l.cmd.Voters[v.Voter], game))
	l.tickerVoters[key] = n
	return n
}

// matchPlays computes which timestamps are for which plays, by the rules of State.playAt for
// timestamps that are not recent. A log with lines in the wall clock's future is one by the
// monotonic time.
func (l *chatImport) matchPlays(now protocol.ClockReading) {
	if l.cmd.LatestTimestamp <= now.Wall+futureTolerance {
		l.shift = now.WallAhead()
	}
	for i := range l.state.plays {
		if p := &l.state.plays[i]; !p.Removed {
			l.begun = append(l.begun, i+1)
			l.begins = append(l.begins, p.estimatedStart(now))
		}
	}
	for i := len(l.begins) - 2; i >= 0; i-- {
		l.begins[i] = min(l.begins[i], l.begins[i+1])
	}
}

// add accepts or skips a vote of the log. A vote before the first game is skipped.
func (l *chatImport) add(i int32) {
	v := &l.cmd.Votes[i]
	play := l.playFor(v.Timestamp)
	if play == 0 {
		return
	}
	voter := l.voters[v.Voter]
	byTicker := int32(-1)
	if l.state.byTicker || l.tickerVoters != nil {
		byTicker = l.tickerVoter(v, l.gameOf(play), l.state.byTicker)
	}
	if l.isDuplicate(voter, v.Timestamp) || byTicker >= 0 && l.isDuplicate(byTicker, v.Timestamp) {
		l.duplicates++
		return
	}
	l.accept(i, play, voter)
}

// addByTicker accepts or skips a vote by ticker. A vote for a game that is gone is skipped.
func (l *chatImport) addByTicker(i int32) {
	v := &l.cmd.Votes[i]
	game := l.cmd.Games[v.Game-1].ID
	if game == 0 {
		return
	}
	voter := l.tickerVoter(v, game, true)
	play := l.playFor(v.Timestamp)
	if l.isDuplicate(voter, v.Timestamp) || play > 0 && l.gameOf(play) == game && l.isDuplicate(l.voters[v.Voter], v.Timestamp) {
		l.duplicates++
		return
	}
	l.accept(i, 0, voter)
}

func (l *chatImport) accept(i int32, play int, voter int32) {
	ts := l.cmd.Votes[i].Timestamp
	l.last[voter] = max(l.last[voter], ts)
	l.accepted = append(l.accepted, acceptedVote{i, int32(play), voter})
	if l.seen != nil {
		l.remember(voter, ts)
	}
}

// gameOf returns the game of the play of that number.
func (l *chatImport) gameOf(play int) protocol.GameID { return l.state.plays[play-1].Game.ID }

// playFor is State.playAt for many votes: the number of the play, 0 for none.
func (l *chatImport) playFor(ts protocol.Timestamp) int {
	n := sort.Search(len(l.begins), func(i int) bool { return l.begins[i] > ts-l.shift })
	if n == 0 {
		return 0
	}
	return l.begun[n-1]
}

func (l *chatImport) isDuplicate(voter int32, ts protocol.Timestamp) bool {
	if l.state.voters.near(l.hashes[voter], ts) {
		return true
	}
	if last := l.last[voter]; last-duplicateWindow < ts {
		return ts < last+duplicateWindow
	}
	if l.seen == nil {
		l.seen = make(map[voterSecond]protocol.Timestamp, len(l.cmd.Votes))
		for _, a := range l.accepted {
			l.remember(a.voter, l.cmd.Votes[a.vote].Timestamp)
		}
	}
	for second := ts/duplicateWindow - 1; second <= ts/duplicateWindow+1; second++ {
		if other, ok := l.seen[voterSecond{voter, second}]; ok && other-duplicateWindow < ts && ts < other+duplicateWindow {
			return true
		}
	}
	return false
}

func (l *chatImport) remember(voter int32, ts protocol.Timestamp) {
	l.seen[voterSecond{voter, ts / duplicateWindow}] = ts
}

// tickerGame returns the game of a vote by ticker, 0 for another vote.
func (l *chatImport) tickerGame(v *protocol.ChatVote) protocol.GameID {
	if v.Game == 0 {
		return 0
	}
	return l.cmd.Games[v.Game-1].ID
}

// fact puts the accepted votes in the order of their times, those by ticker last, game by game.
func (l *chatImport) fact(at protocol.Timestamp) *fact.ChatImported {
	votes := l.cmd.Votes
	slices.SortFunc(l.accepted, func(a, b acceptedVote) int {
		x, y := &votes[a.vote], &votes[b.vote]
		return cmp.Or(cmp.Compare(l.tickerGame(x), l.tickerGame(y)), cmp.Compare(x.Timestamp, y.Timestamp), cmp.Compare(a.vote, b.vote))
	})
	f := &fact.ChatImported{At: at, Messages: l.cmd.Messages, Votes: make([]protocol.ChatVote, len(l.accepted))}
	names := make([]int32, len(l.cmd.Voters)) // their new indexes, from 1
	for i, a := range l.accepted {
		v := votes[a.vote]
		if names[v.Voter] == 0 {
			f.Names = append(f.Names, l.cmd.Voters[v.Voter])
			names[v.Voter] = int32(len(f.Names))
		}
		if a.play == 0 {
			g := l.cmd.Games[v.Game-1]
			f.CountByTicker(g.ID, l.state.detailsIfNew(g), v.Thumbs)
		} else {
			f.Count(protocol.NewPlayID(l.state.id, int(a.play)), l.gameOf(int(a.play)), v.Thumbs)
		}
		v.Voter, v.Game = names[v.Voter]-1, 0
		f.Votes[i] = v
	}
	return f
}

// applyChat applies ChatImported.
func (s *State) applyChat(f *fact.ChatImported) {
	for _, p := range f.Plays {
		if t := s.tallyOf(p.Play, p.Game, p.Details); t != nil {
			t.Up += p.Up
			t.Down += p.Down
		}
	}
	part := *f
	var byTicker []protocol.ChatVote
	part.Votes, byTicker = f.SplitVotes()
	s.voters.addChat(&part)
	for _, p := range f.Plays {
		if p.Play != 0 {
			continue
		}
		for _, v := range byTicker[:p.Lines] {
			s.addTickerVote(f.Names[v.Voter], p.Game, v.Timestamp)
		}
		byTicker = byTicker[p.Lines:]
	}
	s.latestVotes = f.Latest(s.latestVotes)
}

// chatImportedEvent returns the data of the event, as of right after the fact was applied.
func (s *State) chatImportedEvent(f *fact.ChatImported) protocol.ChatImported {
	e := protocol.ChatImported{SessionID: s.id, Messages: f.Messages, Votes: f.Total(), Games: []protocol.ChatGame{}}
	at := map[protocol.GameID]int{}
	for _, p := range f.Plays {
		i, ok := at[p.Game]
		if !ok {
			i = len(e.Games)
			at[p.Game] = i
			t := s.tallyOf(p.Play, p.Game, nil)
			e.Games = append(e.Games, protocol.ChatGame{
				EventGame: protocol.EventGame{ID: p.Game, Title: t.Title, PackName: t.PackName}, Totals: t.totals(),
			})
		}
		e.Games[i].Upvotes += p.Up
		e.Games[i].Downvotes += p.Down
	}
	return e
}
