package standings_test

import (
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"partyline/actors/session"
	"partyline/actors/session/fact"
	"partyline/actors/standings"
	"partyline/protocol"
)

const noon protocol.Timestamp = 1_700_000_000_000

// entry is a fact of a session, as it stands in the journal.
type entry struct {
	id   protocol.SessionID
	fact fact.Fact
}

// town is some sessions under test, the standings that follow them, and the log.
type town struct {
	*standings.State
	sessions map[protocol.SessionID]*session.State
	log      []entry
	now      protocol.Timestamp
}

func newTown() *town {
	return &town{State: standings.New(), sessions: map[protocol.SessionID]*session.State{}, now: noon}
}

// do lets a session decide; a refusal leaves everything as it is.
func (w *town) do(id protocol.SessionID, cmd protocol.Command) *protocol.Error {
	s, ok := w.sessions[id]
	if !ok {
		s = session.New(id)
		w.sessions[id] = s
	}
	facts, err := s.Decide(nil, cmd, protocol.ReadingOf(w.now))
	if err != nil {
		return err
	}
	for _, f := range facts {
		s.Apply(f, protocol.Seq(len(w.log)+1))
		w.Apply(id, f)
		w.log = append(w.log, entry{id, f})
	}
	return nil
}

func (w *town) must(t testing.TB, id protocol.SessionID, cmds ...protocol.Command) {
	t.Helper()
	for _, cmd := range cmds {
		w.now += 2000
		if err := w.do(id, cmd); err != nil {
			t.Fatalf("%#v: %v", cmd, err)
		}
	}
}

// recount answers from the log what the standings answer from counters.
type recount []entry

func (log recount) deleted(id protocol.SessionID) bool {
	return slices.ContainsFunc(log, func(e entry) bool { _, is := e.fact.(*fact.Deleted); return is && e.id == id })
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
		if log.deleted(e.id) || f.SessionID != 0 && f.SessionID != e.id {
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

// voided says whether the host has taken back all votes of a device.
func (log recount) voided(id protocol.SessionID, device protocol.DeviceID) bool {
	return slices.ContainsFunc(log, func(e entry) bool {
		f, ok := e.fact.(*fact.VotesVoided)
		return ok && e.id == id && slices.Contains(f.Devices, device)
	})
}

// one counts a thumb.
func one(got, wanted protocol.VoteType) int64 {
	if got == wanted {
		return 1
	}
	return 0
}

// invitations are the codes of the sessions that can be joined.
func (w *town) invitations() []standings.JoinCode {
	list := []standings.JoinCode{}
	for id := protocol.SessionID(1); id <= 4; id++ {
		if s, ok := w.sessions[id]; ok && s.Code() != "" {
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

// After any evenings, the standings tell what a recount of the log and the sessions
// themselves tell, live and after a snapshot with the facts after it.
func TestStandingsAreARecount(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		w := newTown()
		snapshot, upTo := w.AppendSnapshot(nil), 0
		for range rapid.IntRange(0, 60).Draw(t, "commands") {
			w.now += protocol.Timestamp(rapid.IntRange(0, 3000).Draw(t, "ms"))
			id := protocol.SessionID(rapid.IntRange(1, 4).Draw(t, "session"))
			_ = w.do(id, w.anyCommand(t, id))
			if rapid.IntRange(0, 19).Draw(t, "snapshot") == 0 {
				snapshot, upTo = w.AppendSnapshot(nil), len(w.log)
			}
		}
		again := standings.New()
		if err := again.Restore(snapshot); err != nil {
			t.Fatal(err)
		}
		for _, e := range w.log[upTo:] {
			again.Apply(e.id, e.fact)
		}
		if live, tail := w.AppendSnapshot(nil), again.AppendSnapshot(nil); string(live) != string(tail) {
			t.Fatalf("snapshot and tail are not live:\n%x\n%x", live, tail)
		}
		w.check(t, w.State)
		w.check(t, again)
		w.forgotten(t, protocol.SessionID(rapid.IntRange(1, 4).Draw(t, "forgotten")))
		if remains := standings.New(); remains.Restore(w.OnlyDeleted().AppendSnapshot(nil)) != nil || len(remains.Sessions()) > 0 || remains.LastID() != w.LastID() {
			t.Fatal("what remains of deleted sessions is no snapshot of them alone")
		}
	})
}

// forgotten has the standings forget a session and count it again.
func (w *town) forgotten(t *rapid.T, id protocol.SessionID) {
	if _, err := w.Session(id); err != nil {
		return // what is deleted is not taken out
	}
	before := w.AppendSnapshot(nil)
	w.RemoveSession(id)
	if _, err := w.Session(id); err == nil {
		t.Fatal("a session that was forgotten is there")
	}
	for _, e := range w.log {
		if e.id == id {
			w.Apply(id, e.fact)
		}
	}
	if after := w.AppendSnapshot(nil); string(before) != string(after) {
		t.Fatalf("counted again it is\n%x, want\n%x", after, before)
	}
	w.check(t, w.State)
}

func (w *town) check(t *rapid.T, h *standings.State) {
	log := recount(w.log)
	sessions, active, last := []protocol.Session{}, []protocol.SessionID{}, protocol.SessionID(0)
	for id := protocol.SessionID(4); id > 0; id-- {
		s, began := w.sessions[id]
		if slices.ContainsFunc(log, func(e entry) bool { return e.id == id }) {
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
			active = append(active, id)
		}
		if one, err := h.Session(id); err != nil || cmp.Diff(s.Session(), one) != "" {
			t.Fatalf("session %d: %v, %s", id, err, cmp.Diff(s.Session(), one))
		}
	}
	equal(t, "sessions", sessions, h.Sessions())
	equal(t, "active", active, h.Active())
	equal(t, "last id", last, h.LastID())
	equal(t, "invitations", w.invitations(), h.JoinCodes())
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

func (w *town) anyCommand(t *rapid.T, id protocol.SessionID) protocol.Command {
	play := protocol.NewPlayID(id, rapid.IntRange(1, 4).Draw(t, "play"))
	notes := rapid.Ptr(rapid.SampledFrom([]string{"", "pizza", strings.Repeat("é", 100)}), true)
	switch rapid.IntRange(0, 16).Draw(t, "kind") {
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
		if s, ok := w.sessions[id]; ok && s.Generation() > 0 {
			return guest(id, s.Generation(), protocol.DeviceID(rapid.IntRange(1, 4).Draw(t, "device")), rapid.Bool().Draw(t, "up"))
		}
		return protocol.CloseJoin{ID: id}
	}
	if s, ok := w.sessions[id]; !ok || !s.Exists() {
		return protocol.CreateSession{ID: id, Notes: notes.Draw(t, "notes")}
	}
	if rapid.IntRange(0, 4).Draw(t, "a log") == 0 {
		return w.anyChat(t, id)
	}
	return vote(id, rapid.SampledFrom([]string{"ann", "bob"}).Draw(t, "name"), rapid.Bool().Draw(t, "up"), w.now)
}

// anyChat is a log of the last seconds.
func (w *town) anyChat(t *rapid.T, id protocol.SessionID) protocol.Command {
	var s protocol.ChatScanner
	for range rapid.IntRange(0, 8).Draw(t, "lines") {
		message := rapid.SampledFrom([]string{"thisgame++", "thisgame--", "thisgame++ thisgame--", "talk"}).Draw(t, "message")
		at := w.now - protocol.Timestamp(rapid.IntRange(0, 20_000).Draw(t, "ago"))
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
