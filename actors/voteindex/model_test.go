package voteindex_test

import (
	"context"
	"errors"
	"fmt"
	"iter"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"partyline/actors/rules/session/fact"
	"partyline/actors/voteindex"
	"partyline/persistence"
	"partyline/persistence/memory"
	"partyline/protocol"
)

// entry is a record: a fact of a session.
type entry struct {
	id   protocol.SessionID
	fact fact.Fact
}

// model is an index with the journal that it is made from.
type model struct {
	*rapid.T
	store   *failingStore
	limits  voteindex.Limits
	index   *voteindex.Index
	journal []entry // the record at a position, less one
	open    []*party
	last    protocol.SessionID
	clock   protocol.Timestamp
}

// party is a session to which facts can be added.
type party struct {
	id      protocol.SessionID
	plays   []*fact.GameAdded
	ballots map[[2]uint64]protocol.VoteType // newest votes, by device and play
	voided  map[protocol.DeviceID]bool
	named   map[protocol.GameID]bool // games that the session knows by ticker
	every   bool                     // phones may vote again, and replace nothing
}

// failingStore fails updates on request.
type failingStore struct {
	*memory.Journal
	failures int
}

func (s *failingStore) UpdateTable(ctx context.Context, table string, changes []persistence.TableEntry) error {
	if s.failures > 0 {
		s.failures--
		return errors.New("the disk refuses")
	}
	return s.Journal.UpdateTable(ctx, table, changes)
}

// TestPagesAreThoseOfTheJournal compares each page of each filter, by number and by cursor, with
// what reading the journal backwards gives, whatever happens in between.
func TestPagesAreThoseOfTheJournal(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		j := memory.New(memory.Options{})
		defer j.Close()
		m := &model{T: t, store: &failingStore{Journal: j}, clock: 1_700_000_000_000}
		m.limits = voteindex.Limits{
			Votes:   rapid.IntRange(1, 40).Draw(t, "votes of a flush"),
			Bytes:   rapid.SampledFrom([]int{0, 200, 4000}).Draw(t, "bytes of a flush"),
			Records: persistence.Position(rapid.IntRange(3, 60).Draw(t, "records of a flush")),
		}
		m.index = voteindex.New(m.store, m.limits)
		m.openSession()
		t.Repeat(map[string]func(*rapid.T){
			"":        m.check,
			"open":    func(*rapid.T) { m.openSession() },
			"game":    m.addGame,
			"vote":    m.vote,
			"ticker":  m.ticker,
			"votes":   m.votes,
			"press":   m.press,
			"presses": m.presses,
			"void":    m.void,
			"chat":    m.chat,
			"close":   m.close,
			"delete":  m.delete,
			"fold":    m.fold,
			"flush":   m.flush,
			"erase":   func(*rapid.T) { m.index.StartErase() },
			"settle":  func(*rapid.T) { _ = m.index.Settle() },
			"fail":    m.fail,
			"restart": m.restart,
			"verify":  m.verify,
		})
		m.index.Abandon()
	})
}

// append applies a record as the projection does.
func (m *model) append(id protocol.SessionID, f fact.Fact) {
	m.journal = append(m.journal, entry{id, f})
	m.apply(len(m.journal))
}

func (m *model) apply(position int) {
	e := m.journal[position-1]
	p := persistence.Position(position)
	if err := m.index.Apply(e.id, p, e.fact); err != nil {
		if m.store.failures == 0 && !strings.Contains(err.Error(), "refuses") {
			m.Fatal(err)
		}
		m.reload()
		return
	}
	if m.index.Overdue() && m.index.Wait(m.Context()) != nil {
		m.reload()
		return
	}
	_ = m.index.Settle()
	if m.index.Due() {
		m.index.StartFlush()
	}
}

// restart leaves everything in memory behind.
func (m *model) restart(*rapid.T) { m.reload() }

func (m *model) reload() {
	m.index.Abandon()
	m.store.failures = 0
	x, err := voteindex.Load(m.Context(), m.store, m.limits, persistence.Position(len(m.journal)))
	if errors.Is(err, voteindex.ErrUnusable) {
		if err := m.store.DropTable(m.Context(), voteindex.Table); err != nil {
			m.Fatal(err)
		}
		x, err = voteindex.New(m.store, m.limits), nil
	}
	if err != nil {
		m.Fatal(err)
	}
	m.index = x
	for p := int(x.Through()) + 1; p <= len(m.journal); p++ {
		m.apply(p)
	}
}

func (m *model) flush(*rapid.T) {
	if err := m.index.Flush(m.Context()); err != nil && !strings.Contains(err.Error(), "refuses") {
		m.Fatal(err)
	}
}

// verify wants no fault in what is on disk, whatever is still in memory. Votes that are dropped
// without a fact cannot be compared.
func (m *model) verify(t *rapid.T) {
	_ = m.index.Wait(m.Context())
	for _, e := range m.journal {
		if e.fact == nil {
			return
		}
	}
	sum, err := voteindex.Verify(m.Context(), m.store, persistence.Position(len(m.journal)), idsOf(m.journal), factsOf(m.journal), func(fault string) { m.Error(fault) })
	if err != nil && !errors.Is(err, voteindex.ErrUnusable) || sum.Faults > 0 {
		m.Fatalf("%+v, %v", sum, err)
	}
}

// idsOf yields the ids of all sessions.
func idsOf(journal []entry) iter.Seq2[protocol.SessionID, error] {
	return func(yield func(protocol.SessionID, error) bool) {
		seen := map[protocol.SessionID]bool{}
		for _, e := range journal {
			if before := seen[e.id]; !before && !yield(e.id, nil) {
				return
			}
			seen[e.id] = true
		}
	}
}

// factsOf yields the facts of a session. The records of every other deleted session are trimmed.
func factsOf(journal []entry) voteindex.Facts {
	return func(_ context.Context, id protocol.SessionID) (iter.Seq2[voteindex.Applied, error], bool, error) {
		for _, e := range journal {
			if _, deleted := e.fact.(*fact.Deleted); deleted && e.id == id && id%2 == 0 {
				return nil, false, nil
			}
		}
		return func(yield func(voteindex.Applied, error) bool) {
			for i, e := range journal {
				if e.id == id && !yield(voteindex.Applied{Position: persistence.Position(i + 1), Fact: e.fact}, nil) {
					return
				}
			}
		}, true, nil
	}
}

func (m *model) fail(*rapid.T) {
	m.index.Abandon()
	m.store.failures = 2
	m.index.StartFlush()
	m.index.Abandon()
	m.index.Retry()
	m.index.Abandon()
}

func (m *model) openSession() {
	m.last++
	p := &party{id: m.last, named: map[protocol.GameID]bool{}, ballots: map[[2]uint64]protocol.VoteType{}, voided: map[protocol.DeviceID]bool{}, every: rapid.Bool().Draw(m.T, "every")}
	m.open = append(m.open, p)
	m.append(p.id, &fact.Opened{At: m.now()})
	m.add(p)
}

func (m *model) now() protocol.Timestamp {
	m.clock += protocol.Timestamp(rapid.SampledFrom([]int{0, 1, 250, 1000, -700, 3_600_000}).Draw(m.T, "time"))
	return m.clock
}

func (m *model) party() *party {
	if len(m.open) == 0 {
		m.openSession()
	}
	return rapid.SampledFrom(m.open).Draw(m.T, "session")
}

func (m *model) addGame(*rapid.T) { m.add(m.party()) }

func (m *model) add(p *party) {
	game := rapid.IntRange(1, 4).Draw(m.T, "game")
	title := rapid.SampledFrom([]string{"Quiplash", "Quiplash 2", "Fibbage"}).Draw(m.T, "title")
	f := &fact.GameAdded{At: m.now(), Play: protocol.NewPlayID(p.id, len(p.plays)+1), Game: fact.PlayedGame{ID: protocol.GameID(game), Title: title, PackName: "pack"}}
	p.plays = append(p.plays, f)
	m.append(p.id, f)
}

var names = []string{"ann", "Ann", " ANN ", "bob", "Straße", "STRASSE", "straße", "ſam", "Sam", "K", "\u212a", "zoë"}

func (m *model) cast(p *party) *fact.VoteCast {
	play := rapid.SampledFrom(p.plays).Draw(m.T, "play")
	at := m.now()
	return &fact.VoteCast{
		At: at, Timestamp: at + protocol.Timestamp(rapid.SampledFrom([]int{0, -999, -1000, 20}).Draw(m.T, "delay")), Play: play.Play, Game: play.Game.ID,
		Type: rapid.SampledFrom([]protocol.VoteType{protocol.VoteUp, protocol.VoteDown}).Draw(m.T, "vote"), Username: rapid.SampledFrom(names).Draw(m.T, "name"),
	}
}

func (m *model) vote(*rapid.T) {
	p := m.party()
	m.append(p.id, m.cast(p))
}

// ticker casts a vote by ticker, which has the game when the session did not have it.
func (m *model) ticker(*rapid.T) {
	p := m.party()
	v := m.cast(p)
	v.Play, v.Game = 0, protocol.GameID(rapid.IntRange(3, 8).Draw(m.T, "ticker"))
	v.Details = m.detailsIfNew(p, v.Game)
	m.append(p.id, v)
}

func (m *model) detailsIfNew(p *party, game protocol.GameID) *fact.PlayedGame {
	if p.named[game] || slices.ContainsFunc(p.plays, func(f *fact.GameAdded) bool { return f.Game.ID == game }) {
		return nil
	}
	p.named[game] = true
	return &fact.PlayedGame{ID: game, Title: rapid.SampledFrom([]string{"Quiplash", "Earwax"}).Draw(m.T, "title by ticker"), PackName: "pack"}
}

func (m *model) votes(t *rapid.T) {
	for range rapid.IntRange(2, 30).Draw(t, "n") {
		m.vote(t)
	}
}

func (m *model) press(*rapid.T) {
	p := m.party()
	v := m.cast(p)
	v.Device = protocol.DeviceID(rapid.IntRange(1, 5).Draw(m.T, "device"))
	if p.voided[v.Device] {
		return
	}
	key := [2]uint64{uint64(v.Device), uint64(v.Play)}
	if v.Replaced = p.ballots[key]; p.every {
		v.Replaced = ""
	}
	p.ballots[key] = v.Type
	m.append(p.id, v)
}

func (m *model) presses(t *rapid.T) {
	for range rapid.IntRange(2, 20).Draw(t, "n") {
		m.press(t)
	}
}

func (m *model) void(t *rapid.T) {
	p := m.party()
	f := &fact.VotesVoided{At: m.now(), Round: 1}
	for d := range protocol.DeviceID(6) {
		if d > 0 && !p.voided[d] && rapid.IntRange(0, 2).Draw(t, "voided") == 0 {
			f.Devices, p.voided[d] = append(f.Devices, d), true
		}
	}
	m.append(p.id, f)
}

func (m *model) chat(t *rapid.T) {
	p := m.party()
	f := &fact.ChatImported{At: m.now(), Names: []string{"Chatter", "chatter"}}
	f.Votes = append(f.Votes, protocol.ChatVote{Timestamp: m.now(), Voter: 0, Thumbs: protocol.ThumbUp}, protocol.ChatVote{Timestamp: m.now(), Voter: 1, Thumbs: protocol.ThumbUp | protocol.ThumbDown})
	for range rapid.IntRange(0, 30).Draw(t, "lines") {
		f.Votes = append(f.Votes, protocol.ChatVote{Timestamp: m.now(), Voter: int32(rapid.IntRange(0, 1).Draw(t, "voter")), Thumbs: protocol.ThumbDown})
	}
	f.Messages = len(f.Votes)
	for i, v := range f.Votes {
		play := p.plays[i*len(p.plays)/len(f.Votes)]
		f.Count(play.Play, play.Game.ID, v.Thumbs)
	}
	for _, game := range []protocol.GameID{4, 7} {
		if rapid.Bool().Draw(t, "tickers") {
			f.CountByTicker(game, m.detailsIfNew(p, game), protocol.ThumbUp)
			f.Votes = append(f.Votes, protocol.ChatVote{Timestamp: m.now(), Voter: 0, Thumbs: protocol.ThumbUp})
		}
	}
	m.append(p.id, f)
}

func (m *model) close(t *rapid.T) {
	p := m.party()
	m.open = slices.DeleteFunc(m.open, func(o *party) bool { return o == p })
	m.append(p.id, &fact.Closed{At: m.now()})
}

func (m *model) delete(t *rapid.T) {
	id := protocol.SessionID(rapid.Int64Range(1, int64(m.last)).Draw(t, "deleted"))
	m.open = slices.DeleteFunc(m.open, func(o *party) bool { return o.id == id })
	m.append(id, &fact.Deleted{At: m.now()})
}

func (m *model) fold(t *rapid.T) {
	m.append(protocol.SessionID(rapid.Int64Range(1, int64(m.last)).Draw(t, "folded")), &fact.VotesFolded{})
}

// check compares pages of a random filter with the naive ones.
func (m *model) check(t *rapid.T) {
	f := protocol.VoteFilter{
		SessionID: protocol.SessionID(rapid.Int64Range(0, min(3, int64(m.last))).Draw(t, "of session")),
		GameID:    protocol.GameID(rapid.IntRange(0, 8).Draw(t, "of game")),
		VoteType:  rapid.SampledFrom([]protocol.VoteType{"", "", protocol.VoteUp, protocol.VoteDown}).Draw(t, "of type"),
		Username:  rapid.SampledFrom(append([]string{"", "", "", "chatter", "nobody"}, names...)).Draw(t, "of name"),
	}
	if err := f.Check(); err != nil {
		t.Fatal(err)
	}
	leftOut := map[protocol.SessionID]struct{}{}
	if rapid.IntRange(0, 4).Draw(t, "left out") == 0 {
		leftOut[1] = struct{}{}
	}
	want := naive(m.journal, f, leftOut)
	limit := rapid.IntRange(1, 7).Draw(t, "limit")
	m.byNumber(f, leftOut, limit, want)
	m.byCursor(f, leftOut, limit, want)
}

func (m *model) byNumber(f protocol.VoteFilter, leftOut map[protocol.SessionID]struct{}, limit int, want []protocol.VoteRecord) {
	for skip := 0; skip <= len(want); skip += limit {
		got, total := m.page(voteindex.Query{Filter: f, LeftOut: leftOut, Skip: int64(skip), Limit: limit})
		if diff := cmp.Diff(want[skip:min(len(want), skip+limit)], got); diff != "" || total != int64(len(want)) {
			m.Fatalf("%+v, after %d: total %d, want %d (-want +got):\n%s", f, skip, total, len(want), diff)
		}
	}
}

func (m *model) byCursor(f protocol.VoteFilter, leftOut map[protocol.SessionID]struct{}, limit int, want []protocol.VoteRecord) {
	for skip := 0; skip < len(want); skip += limit {
		from := want[skip]
		got, total := m.page(voteindex.Query{Filter: f, LeftOut: leftOut, After: &voteindex.Cursor{Session: from.SessionID, Vote: from.ID}, Limit: limit})
		if diff := cmp.Diff(want[skip+1:min(len(want), skip+1+limit)], got); diff != "" || total != int64(len(want)) {
			m.Fatalf("%+v, after %+v: total %d, want %d (-want +got):\n%s", f, from, total, len(want), diff)
		}
	}
}

func (m *model) page(q voteindex.Query) ([]protocol.VoteRecord, int64) {
	for range 100 {
		if q.Filter.Username != "" {
			name, err := voteindex.Lookup(m.Context(), m.store, q.Filter.Username)
			if err != nil {
				m.Fatal(err)
			}
			q.Name = name
		}
		p, ok := m.index.Plan(q)
		if !ok {
			continue
		}
		votes, err := p.Read(m.Context(), m.store)
		if err != nil {
			m.Fatal(err)
		}
		return votes, p.Total
	}
	m.Fatal("the name is never looked up in time")
	return nil, 0
}

// naive reads the journal backwards, session after session, the newest first, as the history did
// before it had an index.
func naive(journal []entry, f protocol.VoteFilter, leftOut map[protocol.SessionID]struct{}) []protocol.VoteRecord {
	list := []protocol.VoteRecord{}
	newest := protocol.SessionID(0)
	for _, e := range journal {
		newest = max(newest, e.id)
	}
	for id := newest; id > 0; id-- {
		if _, out := leftOut[id]; out || f.SessionID != 0 && f.SessionID != id {
			continue
		}
		list = append(list, naiveSession(journal, f, id)...)
	}
	return list
}

func naiveSession(journal []entry, f protocol.VoteFilter, id protocol.SessionID) (list []protocol.VoteRecord) {
	superseded, voided := map[string]bool{}, map[protocol.DeviceID]bool{}
	for i := len(journal) - 1; i >= 0; i-- {
		if journal[i].id != id {
			continue
		}
		take := func(n int, v *fact.VoteCast) {
			if v.Device != 0 {
				if voided[v.Device] {
					return
				}
				key := fmt.Sprint(v.Device, v.Play)
				replaced := superseded[key]
				if superseded[key] = v.Replaced != ""; replaced {
					return
				}
			}
			if (f.GameID == 0 || f.GameID == v.Game) && (f.VoteType == "" || f.VoteType == v.Type) && (f.Username == "" || fact.SameName(f.Username, v.Username)) {
				g := titleThen(journal[:i], id, v)
				list = append(list, protocol.VoteRecord{ID: uint64(i+1)<<19 | uint64(n), SessionID: id, GameID: v.Game, Title: g.Title, PackName: g.PackName,
					Username: v.Username, VoteType: v.Type, Timestamp: v.Timestamp, CreatedAt: v.At})
			}
		}
		switch c := journal[i].fact.(type) {
		case *fact.VotesFolded:
			return list
		case *fact.Deleted:
			return nil
		case *fact.VoteCast:
			take(0, c)
		case *fact.ChatImported:
			for n, v := range c.Backward() {
				v.Device = 0
				take(n, v)
			}
		case *fact.VotesVoided:
			for _, d := range c.Devices {
				voided[d] = true
			}
		}
	}
	return list
}

// titleThen is the game of a vote as its event called it: that of the play, and by ticker or for
// a chat log, whose votes are created long after their time, that of the game's newest play.
func titleThen(before []entry, id protocol.SessionID, v *fact.VoteCast) (g fact.PlayedGame) {
	newest := v.Play == 0 || strings.EqualFold(v.Username, "chatter")
	for _, e := range before {
		if e.id != id {
			continue
		}
		switch f := e.fact.(type) {
		case *fact.GameAdded:
			if f.Play == v.Play || newest && f.Game.ID == v.Game {
				g = f.Game
			}
		case *fact.VoteCast:
			if newest && f.Details != nil && f.Game == v.Game {
				g = *f.Details
			}
		case *fact.ChatImported:
			for _, p := range f.Plays {
				if newest && p.Details != nil && p.Game == v.Game {
					g = *p.Details
				}
			}
		}
	}
	if g.ID == 0 && v.Details != nil {
		g = *v.Details
	}
	return g
}
