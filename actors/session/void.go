package session

import (
	"slices"

	"partyline/actors/session/fact"
	"partyline/protocol"
)

// bar keeps devices from voting that came in from an address before its votes were voided.
// Who comes in later is let vote: behind the address may be a whole hall. The fields are
// exported for the snapshot alone.
type bar struct {
	Address protocol.AddressID `json:"address"`
	Wide    bool               `json:"wide,omitempty"`
	Round   uint32             `json:"round"`
}

func (b *bar) target() protocol.AddressTarget {
	return protocol.AddressTarget{Address: b.Address, WholeNetwork: b.Wide}
}

// voids is how often votes were voided so far: the round of the newest bar.
func (h *State) voids() (n uint32) {
	for _, b := range h.bars {
		n = max(n, b.Round)
	}
	return n
}

// visitor is what a vote says of where its device came from.
type visitor struct {
	device  protocol.DeviceID
	address protocol.AddressID
	voids   uint32 // the rounds when it came in
}

// barred refuses a device whose votes were voided, or would have been had it voted before.
func (h *State) barred(v visitor) *protocol.Error {
	if len(h.bars) == 0 {
		return nil
	}
	if d := h.devices.find(v.device); d != nil {
		if d.voided {
			return errVoided()
		}
		return nil
	}
	for i := range h.bars {
		if b := &h.bars[i]; v.voids < b.Round && b.target().Matches(v.address) {
			return errVoided()
		}
	}
	return nil
}

func errVoided() *protocol.Error {
	return protocol.Errorf(protocol.CodeForbidden, "The host has taken the votes of this device back, it cannot vote in this session any more").With("voided", true)
}

// voidVotes decides VoidVotes. What was voided before is no fact.
func (h *State) voidVotes(dst []fact.Fact, c protocol.VoidVotes, at protocol.Timestamp) ([]fact.Fact, *protocol.Error) {
	if h.phase != phaseActive {
		return dst, protocol.Errorf(protocol.CodeSessionClosed, "Cannot take back votes of a closed session")
	}
	target, _ := protocol.ParseAddressTarget(c.Address) // Check has seen that it can be read
	known := false
	var f *fact.VotesVoided
	for i := range h.devices.list {
		d := &h.devices.list[i]
		if !target.Matches(d.address) {
			continue
		}
		known = true
		if d.voided {
			continue
		}
		if f == nil || len(f.Devices) == fact.MaxVoidedDevices {
			f = &fact.VotesVoided{At: at, Address: target.Address, Wide: target.WholeNetwork, Round: h.voids() + 1}
			dst = append(dst, f)
		}
		h.take(f, d)
	}
	if !known {
		return dst, protocol.NotFound("Address")
	}
	return dst, nil
}

// take adds the votes of a device to what is taken back.
func (h *State) take(f *fact.VotesVoided, d *device) {
	f.Devices = append(f.Devices, d.id)
	for i := range d.marks {
		m := &d.marks[i]
		id := protocol.NewPlayID(h.id, int(m.play))
		at, found := slices.BinarySearchFunc(f.Plays, id, func(p fact.VoidedPlay, id protocol.PlayID) int { return int(p.Play - id) })
		if !found {
			f.Plays = slices.Insert(f.Plays, at, fact.VoidedPlay{Play: id, Game: h.ever(id).Game.ID})
		}
		f.Plays[at].Up += int64(m.ups)
		f.Plays[at].Down += int64(m.downs)
	}
}

// void applies VotesVoided.
func (h *State) void(f *fact.VotesVoided) {
	for _, id := range f.Devices {
		if d := h.devices.find(id); d != nil {
			h.untally(d)
			d.voided, d.marks = true, nil
		}
	}
	if p := h.openPoll(0); p != nil {
		p.void(f.Devices)
	}
	h.latest = h.latest.Without(h.devices.voided)
	for i := range h.bars {
		if h.bars[i].target() == f.Target() {
			h.bars[i].Round = f.Round
			return
		}
	}
	h.bars = append(h.bars, bar{Address: f.Address, Wide: f.Wide, Round: f.Round})
}

// untally takes the device's votes out of the games' numbers.
func (h *State) untally(d *device) {
	for i := range d.marks {
		m := &d.marks[i]
		t := &h.tallies[h.ever(protocol.NewPlayID(h.id, int(m.play))).place]
		t.count(protocol.VoteUp, -int64(m.ups))
		t.count(protocol.VoteDown, -int64(m.downs))
	}
}

// void takes out what devices have wanted.
func (p *poll) void(ids []protocol.DeviceID) {
	for _, id := range ids {
		if choice := p.ballots.of(elector{device: id}).choice; choice > 0 {
			p.Candidates[choice-1].Votes--
		}
	}
	p.ballots.forget(ids)
}

// voidedVotes is the answer to VoidVotes.
func (h *State) voidedVotes(c protocol.VoidVotes, facts []fact.Fact) protocol.VoidedVotes {
	a := protocol.VoidedVotes{Message: "Votes taken back successfully", SessionID: h.id, Address: c.Address}
	for _, f := range facts {
		if f, ok := f.(*fact.VotesVoided); ok {
			a.Devices += len(f.Devices)
			a.Votes += f.Votes()
		}
	}
	return a
}

// votesVoided is the data of the event, as of right after the fact was applied.
func (h *State) votesVoided(f *fact.VotesVoided) protocol.VotesVoided {
	e := protocol.VotesVoided{SessionID: h.id, Devices: len(f.Devices), Votes: f.Votes(), Games: []protocol.VoidedGame{}}
	at := map[protocol.GameID]int{}
	for _, p := range f.Plays {
		play := h.ever(p.Play)
		if play == nil {
			continue
		}
		i, ok := at[p.Game]
		if !ok {
			i = len(e.Games)
			at[p.Game] = i
			e.Games = append(e.Games, protocol.VoidedGame{
				EventGame: protocol.EventGame{ID: p.Game, Title: play.Game.Title, PackName: play.Game.PackName}, Totals: h.tallies[play.place].totals(),
			})
		}
		e.Games[i].Upvotes += p.Up
		e.Games[i].Downvotes += p.Down
	}
	if h.openPoll(0) != nil {
		tallied := h.tallied()
		e.Poll = &tallied
	}
	return e
}
