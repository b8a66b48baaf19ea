package session_test

import (
	"testing"

	"pgregory.net/rapid"

	"partyline/actors/rules/session"
	"partyline/actors/rules/session/fact"
	"partyline/protocol"
)

// TestReplay: after any sequence of commands the live state, the state replayed from
// the stored facts, and the state of a snapshot at any place plus the tail are one. While
// the clock was left alone they also decide the same.
func TestReplay(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		e := newEvening()
		left := rapid.Bool().Draw(t, "clock left alone")
		var skew protocol.Timestamp
		e.moment = func() protocol.ClockReading { return protocol.ClockReading{Wall: e.now + skew, Monotonic: e.now} }
		same := func(want, got *session.State) {
			if sameSnapshot(t, want, got); left {
				sameState(t, want, got, e.now+second) // to read it takes a moment
			}
		}
		if _, _, err := e.do(open()); err != nil {
			t.Fatal(err)
		}
		var snapshot []byte
		var at int
		for range rapid.IntRange(0, 60).Draw(t, "commands") {
			cmd := drawCommand(t, e.now)
			e.now += protocol.Timestamp(rapid.IntRange(0, 3000).Draw(t, "ms"))
			if !left {
				skew = protocol.Timestamp(rapid.IntRange(-9000, 9000).Draw(t, "skew"))
			}
			before := e.AppendSnapshot(nil)
			if _, _, err := e.do(cmd); err != nil && string(before) != string(e.AppendSnapshot(nil)) {
				t.Fatalf("%+v was refused with %v and changed the state", cmd, err)
			}
			if rapid.IntRange(0, 9).Draw(t, "snapshot") == 0 {
				snapshot, at = e.AppendSnapshot(nil), len(e.facts)
			}
		}
		checkInvariants(t, e)
		same(e.State, replayed(t, session.New(3), e.facts, 0))
		if snapshot != nil {
			h := session.New(3)
			if err := h.Restore(snapshot); err != nil {
				t.Fatal(err)
			}
			same(e.State, replayed(t, h, e.facts, at))
		}
	})
}

// replayed applies the stored forms of the facts after the first ones.
func replayed(t *rapid.T, h *session.State, facts []fact.Fact, after int) *session.State {
	for i, f := range facts[after:] {
		stored, err := fact.Read(fact.Append(nil, f))
		if err != nil {
			t.Fatalf("fact %d: %v", i, err)
		}
		h.Apply(stored, protocol.Seq(after+i+1))
	}
	return h
}

// checkInvariants looks at what must hold at any time.
func checkInvariants(t *rapid.T, e *evening) {
	playing := 0
	var before protocol.PlayID
	for _, g := range e.Games() {
		if g.Status == protocol.StatusPlaying {
			playing++
		}
		if g.ID <= before {
			t.Fatalf("playing %v comes after %v", g.ID, before)
		}
		before = g.ID
	}
	c, running := e.RoomCheck()
	if running && (playing == 0 || c.RoomCode == "" || c.Run == 0) {
		t.Fatalf("checks %+v while %d are being played", c, playing)
	}
	p := e.Poll(e.moment())
	asking := p != nil && p.Status == protocol.StatusOpen
	if e.Busy() != (running || asking) || asking && !e.Session().IsActive {
		t.Fatalf("busy is %v with a check %v and the poll %+v", e.Busy(), running, p)
	}
	if p != nil {
		checkRecount(t, e, p)
	}
	s := e.Session()
	if playing > 1 || playing > 0 && !s.IsActive || e.Exists() && s.GamesPlayed != len(e.Played()) {
		t.Fatalf("%d playing in %+v with %v", playing, s, e.Played())
	}
	var votes, counted int64
	voided := voidedIn(e.facts)
	for _, f := range e.facts {
		switch f := f.(type) {
		case *fact.VoteCast:
			if f.Replaced != "" || voided[f.Device] {
				continue
			}
			votes++
		case *fact.ChatImported:
			votes += f.Total()
		}
	}
	for _, g := range e.Tallies() {
		counted += g.SessionUpvotes + g.SessionDownvotes
	}
	if e.Exists() && counted != votes {
		t.Fatalf("%d votes, %d counted", votes, counted)
	}
	if len(e.events) != len(e.facts) {
		t.Fatalf("%d events for %d facts", len(e.events), len(e.facts))
	}
}

// drawSight makes any sight of a room, of a run that may be over.
func drawSight(t *rapid.T, n int) protocol.Command {
	o := session.ObservePlayers{ID: 3, GameID: play(n), Run: protocol.Seq(rapid.IntRange(1, 40).Draw(t, "run"))}
	o.Status = rapid.SampledFrom([]string{fact.CheckWaiting, fact.CheckStarted, fact.CheckFinished, fact.CheckFailed}).Draw(t, "sight")
	if n := rapid.IntRange(-1, 8).Draw(t, "seats"); n >= 0 {
		o.PlayerCount = &n
	}
	return o
}

// voidedIn are the devices whose votes were taken back: none votes after that.
func voidedIn(facts []fact.Fact) map[protocol.DeviceID]bool {
	voided := map[protocol.DeviceID]bool{}
	for _, f := range facts {
		if f, ok := f.(*fact.VotesVoided); ok {
			for _, id := range f.Devices {
				voided[id] = true
			}
		}
	}
	return voided
}

// checkRecount counts the newest poll by what its facts say of each vote.
func checkRecount(t *rapid.T, e *evening, p *protocol.Poll) {
	var votes [protocol.MaxCandidates + 1]int64
	open, chosen := false, map[protocol.DeviceID]int{}
	for _, f := range e.facts {
		switch f := f.(type) {
		case *fact.PollStarted:
			open = f.Poll == p.ID
		case *fact.PollEnded:
			open = false
		case *fact.PollVoted:
			if f.Poll == p.ID {
				votes[f.Choice]++
				votes[f.Before]--
				chosen[f.Device] = f.Choice
			}
		case *fact.VotesVoided:
			for _, id := range f.Devices {
				if choice := chosen[id]; open && choice > 0 {
					votes[choice]--
					votes[0]++
					delete(chosen, id)
				}
			}
		}
	}
	for _, c := range p.Candidates {
		if c.Votes != votes[c.Choice] {
			t.Fatalf("%d votes for %+v", votes[c.Choice], c)
		}
	}
	if p.TotalVotes != -votes[0] {
		t.Fatalf("%d voters in %+v", -votes[0], p)
	}
}

// drawChat makes any log of the last seconds.
func drawChat(t *rapid.T, now protocol.Timestamp, name *rapid.Generator[string]) protocol.Command {
	lines := make([]chatLine, rapid.IntRange(0, 12).Draw(t, "lines"))
	for i := range lines {
		lines[i] = chatLine{
			name:    name.Draw(t, "name"),
			message: rapid.SampledFrom([]string{up, down, both, "talk", "g3++", "G1-- thisgame++"}).Draw(t, "message"),
			at:      now + protocol.Timestamp(rapid.IntRange(-12000, 2000).Draw(t, "ts")),
		}
	}
	return chat(lines...)
}

// drawCommand makes any command, fit or unfit.
func drawCommand(t *rapid.T, now protocol.Timestamp) protocol.Command {
	n := rapid.IntRange(0, 6).Draw(t, "playing")
	someVote := func() protocol.CastVote {
		ts := now + protocol.Timestamp(rapid.IntRange(-8000, 2000).Draw(t, "ts"))
		thumb := rapid.SampledFrom([]protocol.VoteType{protocol.VoteUp, protocol.VoteDown, ""}).Draw(t, "thumb")
		v := vote(rapid.SampledFrom([]string{"ann", "Ann", "bob", "", "漢字"}).Draw(t, "name"), thumb, ts)
		switch ticker := rapid.IntRange(0, 9).Draw(t, "ticker"); {
		case ticker > 7:
			v = tickerVote(v.Username, thumb, protocol.GameID(ticker-5), ts)
		case ticker == 7:
			v.Ticker = "NONE"
		}
		return *v
	}
	kinds := []func() protocol.Command{
		func() protocol.Command { v := someVote(); return &v },
		func() protocol.Command {
			return &protocol.CastVotes{Votes: []protocol.CastVote{someVote(), someVote(), someVote()}}
		},
		func() protocol.Command { return add(protocol.GameID(n)) },
		func() protocol.Command {
			return status(n, rapid.SampledFrom([]protocol.PlayStatus{protocol.StatusPlaying, protocol.StatusPlayed, protocol.StatusSkipped}).Draw(t, "status"))
		},
		func() protocol.Command { return remove(n) },
		func() protocol.Command {
			return room(n, rapid.SampledFrom([]string{"abcd", "ABCD", "x"}).Draw(t, "code"))
		},
		func() protocol.Command { return count(n, rapid.IntRange(-1, 3).Draw(t, "players")) },
		func() protocol.Command { return startCheck(n) },
		func() protocol.Command { return stopCheck(n) },
		func() protocol.Command { return drawSight(t, n) },
		func() protocol.Command {
			return protocol.OpenJoin{ID: 3, Policy: rapid.SampledFrom([]protocol.JoinPolicy{"", "every", "latest", "once"}).Draw(t, "policy"),
				Renew: n == 0, NewCode: rapid.SampledFrom([]string{"QRX7F2", "222222", "XXXXXX"}).Draw(t, "fresh")}
		},
		func() protocol.Command { return drawGuest(t) },
		func() protocol.Command { return drawGuest(t) },
		func() protocol.Command { return drawGuest(t) },
		func() protocol.Command {
			g := drawGuest(t)
			return &protocol.CastPollVote{ID: 3, Username: g.Username, Choice: rapid.IntRange(1, 3).Draw(t, "choice"),
				Device: g.Device, Generation: g.Generation, Address: g.Address, VoidCount: g.VoidCount}
		},
		func() protocol.Command {
			return voidIt(rapid.SampledFrom([]string{hall.String(), other.String(), hall.Network().String(), "0000000000000000", "x"}).Draw(t, "void"))
		},
		func() protocol.Command {
			return drawChat(t, now, rapid.SampledFrom([]string{"ann", "Ann", "bob", "漢字"}))
		},
		open,
		func() protocol.Command { return poll(protocol.GameID(max(n, 1)), 7, 8) },
		func() protocol.Command {
			return choose(rapid.SampledFrom([]string{"ann", "Ann", "bob", "漢字"}).Draw(t, "voter"), rapid.IntRange(0, 4).Draw(t, "choice"))
		},
		func() protocol.Command {
			return choose(rapid.SampledFrom([]string{"ann", "cy", "dan"}).Draw(t, "voter"), rapid.IntRange(1, 3).Draw(t, "choice"))
		},
		func() protocol.Command { return closePoll(rapid.Float64Range(0, 0.999).Draw(t, "draw")) },
		func() protocol.Command { return protocol.AddPollWinner{ID: 3} },
		func() protocol.Command { return protocol.CancelPoll{ID: 3} },
	}
	// Ends are rare, or little would happen in an evening.
	if rapid.IntRange(0, 30).Draw(t, "end") == 0 {
		kinds = []func() protocol.Command{
			func() protocol.Command { return protocol.CloseSession{ID: 3, Notes: ptr("bye")} },
			func() protocol.Command { return protocol.CloseJoin{ID: 3} },
			func() protocol.Command { return deleteIt },
		}
	}
	return rapid.SampledFrom(kinds).Draw(t, "kind")()
}

func drawGuest(t *rapid.T) *protocol.CastGuestVote {
	c := guest(protocol.DeviceID(rapid.IntRange(1, 5).Draw(t, "device")), rapid.SampledFrom([]protocol.VoteType{"up", "down"}).Draw(t, "thumb"))
	c.Address = rapid.SampledFrom([]protocol.AddressID{0, hall, hallToo, other}).Draw(t, "address")
	c.VoidCount = uint32(rapid.IntRange(0, 2).Draw(t, "voids"))
	c.Generation = protocol.JoinGeneration(rapid.SampledFrom([]int{1, 1, 1, 2, 3}).Draw(t, "generation"))
	if n := rapid.IntRange(0, 12).Draw(t, "shown"); n < 3 {
		c.GameID = play(n + 1)
	}
	return c
}
