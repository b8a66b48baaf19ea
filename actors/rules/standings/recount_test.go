package standings_test

import (
	"reflect"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"partyline/actors/rules/session"
	"partyline/actors/rules/session/fact"
	"partyline/actors/rules/standings"
	"partyline/protocol"
)

const noon protocol.Timestamp = 1_700_000_000_000

// keep is the least for which votes are kept.
const keep = protocol.Timestamp(session.MinKeepVotes / 1e6)

// logEntry is a fact of a session, as in the journal.
type logEntry struct {
	id   protocol.SessionID
	fact fact.Fact
}

// fixture is some sessions, the standings that follow them, and the log.
type fixture struct {
	*standings.State
	sessions map[protocol.SessionID]*session.State
	log      []logEntry
	now      protocol.Timestamp
}

func newFixture() *fixture {
	return &fixture{State: standings.New(), sessions: map[protocol.SessionID]*session.State{}, now: noon}
}

// do lets a session decide a command; a refusal changes nothing.
func (f *fixture) do(id protocol.SessionID, cmd protocol.Command) *protocol.Error {
	s, ok := f.sessions[id]
	if !ok {
		s = session.New(id)
		f.sessions[id] = s
	}
	facts, err := s.Decide(nil, cmd, protocol.ReadingOf(f.now))
	if err != nil {
		return err
	}
	for _, decided := range facts {
		s.Apply(decided, protocol.Seq(len(f.log)+1))
		f.Apply(id, decided)
		f.log = append(f.log, logEntry{id, decided})
	}
	return nil
}

func (f *fixture) must(t testing.TB, id protocol.SessionID, cmds ...protocol.Command) {
	t.Helper()
	for _, cmd := range cmds {
		f.now += 2000
		if err := f.do(id, cmd); err != nil {
			t.Fatalf("%#v: %v", cmd, err)
		}
	}
}

// recount computes from the log what the standings count.
type recount []logEntry

// has is true when the session has a fact of the kind.
func (log recount) has(id protocol.SessionID, kind fact.Fact) bool {
	return slices.ContainsFunc(log, func(e logEntry) bool { return e.id == id && reflect.TypeOf(e.fact) == reflect.TypeOf(kind) })
}

func (log recount) totals(game protocol.GameID) (plays, up, down int64) {
	for _, e := range log {
		switch f := e.fact.(type) {
		case *fact.GameAdded:
			if f.Game.ID == game {
				plays++
			}
		case *fact.VoteCast:
			if f.Game == game && !log.voided(e.id, f.Device) {
				up += one(f.Type, protocol.VoteUp) - one(f.Replaced, protocol.VoteUp)
				down += one(f.Type, protocol.VoteDown) - one(f.Replaced, protocol.VoteDown)
			}
		case *fact.ChatImported:
			for _, v := range f.Backward() {
				if v.Game == game {
					up += one(v.Type, protocol.VoteUp)
					down += one(v.Type, protocol.VoteDown)
				}
			}
		}
	}
	return plays, up, down
}

func (log recount) votes(f protocol.VoteFilter) (n int64) {
	for _, e := range log {
		if log.has(e.id, (*fact.Deleted)(nil)) || log.has(e.id, (*fact.VotesFolded)(nil)) || f.SessionID != 0 && f.SessionID != e.id {
			continue
		}
		for _, v := range votesOf(e.fact) {
			if f.GameID != 0 && f.GameID != v.Game || log.voided(e.id, v.Device) {
				continue
			}
			for _, thumb := range []protocol.VoteType{protocol.VoteUp, protocol.VoteDown} {
				if f.VoteType == "" || f.VoteType == thumb {
					n += one(v.Type, thumb) - one(v.Replaced, thumb)
				}
			}
		}
	}
	return n
}

// voided is true when the host has voided all votes of a device.
func (log recount) voided(id protocol.SessionID, device protocol.DeviceID) bool {
	return slices.ContainsFunc(log, func(e logEntry) bool {
		f, ok := e.fact.(*fact.VotesVoided)
		return ok && e.id == id && slices.Contains(f.Devices, device)
	})
}

// one counts a vote.
func one(got, wanted protocol.VoteType) int64 {
	if got == wanted {
		return 1
	}
	return 0
}

// joinCodes are the codes of the sessions that can be joined.
func (f *fixture) joinCodes() []standings.JoinCode {
	list := []standings.JoinCode{}
	for id := protocol.SessionID(1); id <= 4; id++ {
		if s, ok := f.sessions[id]; ok && s.Code() != "" {
			list = append(list, standings.JoinCode{Session: id, Generation: s.Generation(), Code: s.Code()})
		}
	}
	return list
}

func votesOf(f fact.Fact) (votes []fact.VoteCast) {
	switch f := f.(type) {
	case *fact.VoteCast:
		votes = append(votes, *f)
	case *fact.ChatImported:
		for _, v := range f.Backward() {
			votes = append(votes, *v)
		}
	}
	return votes
}

// After any commands, the standings equal a recount of the log and of the sessions, live and
// after a snapshot with the facts after it.
func TestStandingsAreARecount(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		f := newFixture()
		snapshot, upTo := f.AppendSnapshot(nil), 0
		for range rapid.IntRange(0, 60).Draw(t, "commands") {
			f.now += protocol.Timestamp(rapid.IntRange(0, 3000).Draw(t, "ms"))
			id := protocol.SessionID(rapid.IntRange(1, 4).Draw(t, "session"))
			_ = f.do(id, f.anyCommand(t, id))
			if rapid.IntRange(0, 19).Draw(t, "snapshot") == 0 {
				snapshot, upTo = f.AppendSnapshot(nil), len(f.log)
			}
		}
		again := standings.New()
		if err := again.Restore(snapshot); err != nil {
			t.Fatal(err)
		}
		for _, e := range f.log[upTo:] {
			again.Apply(e.id, e.fact)
		}
		if live, tail := f.AppendSnapshot(nil), again.AppendSnapshot(nil); string(live) != string(tail) {
			t.Fatalf("snapshot and tail are not live:\n%x\n%x", live, tail)
		}
		f.check(t, f.State)
		f.check(t, again)
		f.removeAndReapply(t, protocol.SessionID(rapid.IntRange(1, 4).Draw(t, "forgotten")))
		if remains := standings.New(); remains.Restore(f.OnlyDeleted().AppendSnapshot(nil)) != nil || len(remains.Sessions()) > 0 || remains.LastID() != f.LastID() {
			t.Fatal("what remains of deleted sessions is no snapshot of them alone")
		}
	})
}

// removeAndReapply removes a session from the standings and applies its facts again.
func (f *fixture) removeAndReapply(t *rapid.T, id protocol.SessionID) {
	if _, err := f.Session(id); err != nil {
		return // what is deleted is not taken out
	}
	before := f.AppendSnapshot(nil)
	// Once its votes are folded, the facts before are not needed.
	trimmed := recount(f.log).has(id, (*fact.VotesFolded)(nil)) && rapid.Bool().Draw(t, "trimmed")
	f.RemoveSession(id)
	if _, err := f.Session(id); err == nil {
		t.Fatal("a session that was forgotten is there")
	}
	for _, e := range f.log {
		_, whole := e.fact.(*fact.VotesFolded)
		if e.id != id {
			continue
		}
		if trimmed = trimmed && !whole; !trimmed {
			f.Apply(id, e.fact)
		}
	}
	if after := f.AppendSnapshot(nil); string(before) != string(after) {
		t.Fatalf("counted again it is\n%x, want\n%x", after, before)
	}
	f.check(t, f.State)
}

func (f *fixture) check(t *rapid.T, h *standings.State) {
	log := recount(f.log)
	sessions, active, last := []protocol.Session{}, []protocol.Session{}, protocol.SessionID(0)
	for id := protocol.SessionID(4); id > 0; id-- {
		s, began := f.sessions[id]
		if slices.ContainsFunc(log, func(e logEntry) bool { return e.id == id }) {
			last = max(last, id)
		}
		if !began || !s.Exists() {
			if _, err := h.Session(id); err == nil || err.Message != "Session not found" {
				t.Fatalf("session %d: %v", id, err)
			}
			continue
		}
		sessions = append(sessions, s.Session())
		if s.Session().IsActive {
			active = append(active, s.Session())
		}
		if one, err := h.Session(id); err != nil || cmp.Diff(s.Session(), one) != "" {
			t.Fatalf("session %d: %v, %s", id, err, cmp.Diff(s.Session(), one))
		}
	}
	equal(t, "sessions", sessions, h.Sessions())
	newest, ok := h.NewestActive()
	equal(t, "an active one", len(active) > 0, ok)
	if ok {
		equal(t, "the newest active one", active[0], newest)
	}
	stats := h.Stats(nil)
	equal(t, "active", int64(len(active)), stats.ActiveSessions.Count)
	equal(t, "last id", last, h.LastID())
	equal(t, "invitations", f.joinCodes(), h.JoinCodes())
	for game := protocol.GameID(0); game < 5; game++ {
		if game > 0 {
			plays, up, down := h.Totals(game)
			p, u, d := log.totals(game)
			equal(t, "totals", [3]int64{p, u, d}, [3]int64{plays, up, down})
		}
		for id := protocol.SessionID(0); id < 6; id++ {
			f := protocol.VoteFilter{SessionID: id, GameID: game}
			both := [2]int64{}
			for i, v := range []protocol.VoteType{protocol.VoteUp, protocol.VoteDown} {
				f.VoteType = v
				both[i] = log.votes(f)
				n, exact := h.VoteCount(f)
				equal(t, "votes", both[i], n)
				equal(t, "exact", true, exact)
			}
			f.VoteType, f.Username = "", "somebody"
			n, exact := h.VoteCount(f)
			equal(t, "votes", both[0]+both[1], n)
			equal(t, "exact", false, exact)
		}
	}
}

func equal[T any](t *rapid.T, what string, want, got T) {
	if d := cmp.Diff(want, got); d != "" {
		t.Fatalf("%s: %s", what, d)
	}
}

func (f *fixture) anyCommand(t *rapid.T, id protocol.SessionID) protocol.Command {
	play := protocol.NewPlayID(id, rapid.IntRange(1, 4).Draw(t, "play"))
	notes := rapid.Ptr(rapid.SampledFrom([]string{"", "pizza", strings.Repeat("é", 100)}), true)
	switch rapid.IntRange(0, 18).Draw(t, "kind") {
	case 17, 18:
		if s, ok := f.sessions[id]; ok && s.Exists() && !s.Active() {
			f.now += keep + 1
		}
		return session.FoldVotes{ID: id, Keep: keep, Recorded: f.now - keep - 1, Present: f.now, Votes: -1}
	case 0:
		return protocol.CloseSession{ID: id, Notes: notes.Draw(t, "notes")}
	case 1:
		return protocol.DeleteSession{ID: id}
	case 2, 3, 4:
		return addGame(id, protocol.GameID(rapid.IntRange(1, 4).Draw(t, "game")))
	case 5:
		return protocol.RemoveGame{ID: id, GameID: play}
	case 6:
		return protocol.SetGameStatus{ID: id, GameID: play, Status: protocol.StatusSkipped}
	case 7:
		return protocol.CreateSession{ID: id, Notes: notes.Draw(t, "notes")}
	case 8, 9:
		return protocol.OpenJoin{ID: id, Renew: rapid.Bool().Draw(t, "renew"), NewCode: rapid.SampledFrom([]string{"QRX7F2", "222222"}).Draw(t, "code")}
	case 16:
		return protocol.VoidVotes{ID: id, Address: rapid.SampledFrom([]string{"0000000100000001", "00000001"}).Draw(t, "void")}
	case 10, 11, 12:
		if s, ok := f.sessions[id]; ok && s.Generation() > 0 {
			return guest(id, s.Generation(), protocol.DeviceID(rapid.IntRange(1, 4).Draw(t, "device")), rapid.Bool().Draw(t, "up"))
		}
		return protocol.CloseJoin{ID: id}
	}
	if s, ok := f.sessions[id]; !ok || !s.Exists() {
		return protocol.CreateSession{ID: id, Notes: notes.Draw(t, "notes")}
	}
	if rapid.IntRange(0, 4).Draw(t, "a log") == 0 {
		return f.anyChat(t, id)
	}
	return vote(id, rapid.SampledFrom([]string{"ann", "bob"}).Draw(t, "name"), rapid.Bool().Draw(t, "up"), f.now)
}

// anyChat is a chat log of the last seconds.
func (f *fixture) anyChat(t *rapid.T, id protocol.SessionID) protocol.Command {
	var s protocol.ChatScanner
	for range rapid.IntRange(0, 8).Draw(t, "lines") {
		message := rapid.SampledFrom([]string{"thisgame++", "thisgame--", "thisgame++ thisgame--", "talk"}).Draw(t, "message")
		at := f.now - protocol.Timestamp(rapid.IntRange(0, 20_000).Draw(t, "ago"))
		if err := s.Add(&protocol.ChatMessage{Username: rapid.SampledFrom([]string{"ann", "bob"}).Draw(t, "name"), Message: &message, Timestamp: at.VoteTimestamp()}); err != nil {
			t.Fatal(err)
		}
	}
	return s.Import(id)
}

func addGame(id protocol.SessionID, game protocol.GameID) protocol.AddGame {
	return protocol.AddGame{ID: id, GameID: game, Game: protocol.Game{ID: game, Title: "Game " + game.String(), PackName: "Pack", MinPlayers: 1, MaxPlayers: 8}}
}

func guest(id protocol.SessionID, g protocol.JoinGeneration, device protocol.DeviceID, up bool) *protocol.CastGuestVote {
	v := protocol.VoteDown
	if up {
		v = protocol.VoteUp
	}
	return &protocol.CastGuestVote{SessionID: id, Generation: g, Device: device, Address: 1<<32 | protocol.AddressID(device%2+1), Username: "Ann", Vote: v}
}

func vote(id protocol.SessionID, name string, up bool, at protocol.Timestamp) *protocol.CastVote {
	v := protocol.VoteDown
	if up {
		v = protocol.VoteUp
	}
	return &protocol.CastVote{SessionID: id, Username: name, Vote: v, Timestamp: at.VoteTimestamp()}
}
