package session

import (
	"cmp"
	"slices"
	"sort"

	"partyline/actors/session/fact"
	"partyline/protocol"
)

// chatVerdict is what Decide found out about a chat log and Answer tells.
type chatVerdict struct {
	of     *protocol.ImportChat
	result *protocol.ChatResult
}

// importChat decides ImportChat: which of the log's votes count, each as if it were cast
// live, in the order of the log. A session that is closed takes them too, because logs
// are read after the evening. It takes some 200 ns a vote, and nobody votes meanwhile.
func (h *State) importChat(dst []fact.Fact, c *protocol.ImportChat, now protocol.ClockReading) ([]fact.Fact, *protocol.Error) {
	if c.LatestTimestamp > max(now.Wall, now.Monotonic)+tolerance {
		return dst, protocol.ChatLineError(c.LatestLine, protocol.Invalid("timestamp must not be more than %d seconds in the future", tolerance/1000))
	}
	l := newChatLog(h, c, now)
	for i := range c.Votes {
		l.judge(int32(i))
	}
	r := &protocol.ChatResult{
		Message:          "Chat log imported and processed successfully",
		MessagesImported: c.Messages, DuplicatesSkipped: l.duplicates, VotesByGame: map[protocol.GameID]protocol.ChatGameVotes{},
	}
	h.chat = chatVerdict{of: c, result: r}
	if len(l.accepted) == 0 {
		return dst, nil
	}
	f := l.fact(now.Wall)
	for _, p := range f.Plays {
		t := r.VotesByGame[p.Game]
		t.Title = h.tallies[h.places[p.Game]].Title
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

// chatLog is a log being decided.
type chatLog struct {
	state *State
	cmd   *protocol.ImportChat
	// begun are the numbers of the plays that are not removed, in the order of play, and
	// begins the times from which on stamps are for them or for later ones. shift takes a
	// stamp to the steady time.
	begun  []int
	begins []protocol.Timestamp
	shift  protocol.Timestamp
	// voters are those of the names, numbered as they come; of one folded name there is
	// one. known are their votes so far, in the state.
	voters []int32
	known  [][]protocol.Timestamp
	// last is each voter's latest vote accepted from this log; before 1970 for none.
	last       []protocol.Timestamp
	accepted   []chatHit
	duplicates int
	// seen are all of them, for votes older than the last. It is nil until there is one:
	// most logs are in order. As they are a window apart, a voter has at most one of them
	// in a second.
	seen map[moment]protocol.Timestamp
}

// moment is a voter's second, counted from 1970.
type moment struct {
	voter  int32
	second protocol.Timestamp
}

// chatHit is a vote of the log that counts, by its place in it, with the number of its
// play.
type chatHit struct {
	vote int32
	play int32
}

func newChatLog(h *State, c *protocol.ImportChat, now protocol.ClockReading) *chatLog {
	l := &chatLog{
		state: h, cmd: c, voters: make([]int32, len(c.Voters)), known: make([][]protocol.Timestamp, 0, len(c.Voters)),
		accepted: make([]chatHit, 0, len(c.Votes)),
	}
	l.lineUp(now)
	numbers := make(map[string]int32, len(c.Voters))
	var room [fact.MaxFolded]byte
	for i, name := range c.Voters {
		key := fact.Fold(room[:0], name)
		n, ok := numbers[string(key)]
		if !ok {
			n = int32(len(l.known))
			numbers[string(key)] = n
			l.known = append(l.known, h.voters.of(key))
			l.last = append(l.last, -window)
		}
		l.voters[i] = n
	}
	return l
}

// lineUp finds out which stamps are for which plays: those of the past, as State.match has
// it. A log with lines that the clock has still to reach is one by the steady time.
func (l *chatLog) lineUp(now protocol.ClockReading) {
	if l.cmd.LatestTimestamp <= now.Wall+tolerance {
		l.shift = now.WallAhead()
	}
	for i := range l.state.plays {
		if p := &l.state.plays[i]; !p.Removed {
			l.begun = append(l.begun, i+1)
			l.begins = append(l.begins, p.believed(now))
		}
	}
	for i := len(l.begins) - 2; i >= 0; i-- {
		l.begins[i] = min(l.begins[i], l.begins[i+1])
	}
}

// judge looks at a vote of the log. One from before the first game is none.
func (l *chatLog) judge(i int32) {
	v := &l.cmd.Votes[i]
	play := l.play(v.Timestamp)
	if play == 0 {
		return
	}
	voter := l.voters[v.Voter]
	if l.near(voter, v.Timestamp) {
		l.duplicates++
		return
	}
	l.last[voter] = max(l.last[voter], v.Timestamp)
	l.accepted = append(l.accepted, chatHit{i, int32(play)})
	if l.seen != nil {
		l.see(voter, v.Timestamp)
	}
}

// play is State.match for many: the number of the playing, 0 for none.
func (l *chatLog) play(ts protocol.Timestamp) int {
	n := sort.Search(len(l.begins), func(i int) bool { return l.begins[i] > ts-l.shift })
	if n == 0 {
		return 0
	}
	return l.begun[n-1]
}

func (l *chatLog) near(voter int32, ts protocol.Timestamp) bool {
	if within(l.known[voter], ts) {
		return true
	}
	if last := l.last[voter]; last-window < ts {
		return ts < last+window
	}
	if l.seen == nil {
		l.seen = make(map[moment]protocol.Timestamp, len(l.cmd.Votes))
		for _, a := range l.accepted {
			v := &l.cmd.Votes[a.vote]
			l.see(l.voters[v.Voter], v.Timestamp)
		}
	}
	for second := ts/window - 1; second <= ts/window+1; second++ {
		if other, ok := l.seen[moment{voter, second}]; ok && other-window < ts && ts < other+window {
			return true
		}
	}
	return false
}

func (l *chatLog) see(voter int32, ts protocol.Timestamp) { l.seen[moment{voter, ts / window}] = ts }

// fact puts the accepted votes in the order of their times.
func (l *chatLog) fact(at protocol.Timestamp) *fact.ChatImported {
	votes := l.cmd.Votes
	slices.SortFunc(l.accepted, func(a, b chatHit) int {
		return cmp.Or(cmp.Compare(votes[a.vote].Timestamp, votes[b.vote].Timestamp), cmp.Compare(a.vote, b.vote))
	})
	f := &fact.ChatImported{At: at, Messages: l.cmd.Messages, Votes: make([]protocol.ChatVote, len(l.accepted))}
	names := make([]int32, len(l.cmd.Voters)) // their new places, from 1
	for i, a := range l.accepted {
		v := votes[a.vote]
		if names[v.Voter] == 0 {
			f.Names = append(f.Names, l.cmd.Voters[v.Voter])
			names[v.Voter] = int32(len(f.Names))
		}
		v.Voter = names[v.Voter] - 1
		f.Votes[i] = v
		f.Count(protocol.NewPlayID(l.state.id, int(a.play)), l.state.plays[a.play-1].Game.ID, v.Thumbs)
	}
	return f
}

// countChat applies ChatImported.
func (h *State) countChat(f *fact.ChatImported) {
	for _, p := range f.Plays {
		if play := h.ever(p.Play); play != nil {
			h.tallies[play.place].Up += p.Up
			h.tallies[play.place].Down += p.Down
		}
	}
	h.voters.merge(f)
	h.latest = f.Latest(h.latest)
}

// chatImported is the data of the event, as of right after the fact was applied.
func (h *State) chatImported(f *fact.ChatImported) protocol.ChatImported {
	e := protocol.ChatImported{SessionID: h.id, Messages: f.Messages, Votes: f.Total(), Games: []protocol.ChatGame{}}
	at := map[protocol.GameID]int{}
	for _, p := range f.Plays {
		i, ok := at[p.Game]
		if !ok {
			i = len(e.Games)
			at[p.Game] = i
			t := &h.tallies[h.ever(p.Play).place]
			e.Games = append(e.Games, protocol.ChatGame{
				EventGame: protocol.EventGame{ID: p.Game, Title: t.Title, PackName: t.PackName}, Totals: t.totals(),
			})
		}
		e.Games[i].Upvotes += p.Up
		e.Games[i].Downvotes += p.Down
	}
	return e
}
