package session

import (
	"slices"

	"partyline/actors/rules/session/fact"
	"partyline/protocol"
)

// voidedAddress is an address whose votes were voided. Devices that had joined from it before
// may not vote any more; later ones may, because a whole hall can share the address. The
// fields are exported for the snapshot only.
type voidedAddress struct {
	Address protocol.AddressID `json:"address"`
	Wide    bool               `json:"wide,omitempty"`
	Round   uint32             `json:"round"`
}

func (b *voidedAddress) target() protocol.AddressTarget {
	return protocol.AddressTarget{Address: b.Address, WholeNetwork: b.Wide}
}

// voidRound returns how often votes were voided so far.
func (s *State) voidRound() (n uint32) {
	for _, b := range s.voided {
		n = max(n, b.Round)
	}
	return n
}

// guestOrigin is where the device of a vote comes from.
type guestOrigin struct {
	device  protocol.DeviceID
	address protocol.AddressID
	round   uint32 // voidRound when the device joined
}

// checkVoided refuses a device whose votes were voided, or would have been if it had voted
// before.
func (s *State) checkVoided(v guestOrigin) *protocol.Error {
	if len(s.voided) == 0 {
		return nil
	}
	if d := s.devices.find(v.device); d != nil {
		if d.voided {
			return errVoided()
		}
		return nil
	}
	for i := range s.voided {
		if b := &s.voided[i]; v.round < b.Round && b.target().Matches(v.address) {
			return errVoided()
		}
	}
	return nil
}

func errVoided() *protocol.Error {
	return protocol.Errorf(protocol.CodeForbidden, "The host has removed the votes of this device; it cannot vote in this session any more").With("voided", true)
}

// decideVoid decides VoidVotes. Devices that were voided before are left out.
func (s *State) decideVoid(dst []fact.Fact, c protocol.VoidVotes, at protocol.Timestamp) ([]fact.Fact, *protocol.Error) {
	if s.phase != phaseActive {
		return dst, protocol.Errorf(protocol.CodeSessionClosed, "Cannot void votes of a closed session")
	}
	target, _ := protocol.ParseAddressTarget(c.Address) // Check has parsed it
	known := false
	var f *fact.VotesVoided
	for i := range s.devices.list {
		d := &s.devices.list[i]
		if !target.Matches(d.address) {
			continue
		}
		known = true
		if d.voided {
			continue
		}
		if f == nil || len(f.Devices) == fact.MaxVoidedDevices {
			f = &fact.VotesVoided{At: at, Address: target.Address, Wide: target.WholeNetwork, Round: s.voidRound() + 1}
			dst = append(dst, f)
		}
		s.addVoided(f, d)
	}
	if !known {
		return dst, protocol.NotFound("Address")
	}
	return dst, nil
}

// addVoided adds the votes of a device to the fact.
func (s *State) addVoided(f *fact.VotesVoided, d *device) {
	f.Devices = append(f.Devices, d.id)
	for i := range d.votes {
		m := &d.votes[i]
		id := protocol.NewPlayID(s.id, int(m.play))
		at, found := slices.BinarySearchFunc(f.Plays, id, func(p fact.VoidedPlay, id protocol.PlayID) int { return int(p.Play - id) })
		if !found {
			f.Plays = slices.Insert(f.Plays, at, fact.VoidedPlay{Play: id, Game: s.playByID(id).Game.ID})
		}
		f.Plays[at].Up += int64(m.ups)
		f.Plays[at].Down += int64(m.downs)
	}
}

// applyVoid applies VotesVoided.
func (s *State) applyVoid(f *fact.VotesVoided) {
	for _, id := range f.Devices {
		if d := s.devices.find(id); d != nil {
			s.removeVotes(d)
			d.voided, d.votes = true, nil
		}
	}
	if p := s.openPoll(0); p != nil {
		p.removeDevices(f.Devices)
	}
	s.latestVotes = s.latestVotes.Without(s.devices.voided)
	for i := range s.voided {
		if s.voided[i].target() == f.Target() {
			s.voided[i].Round = f.Round
			return
		}
	}
	s.voided = append(s.voided, voidedAddress{Address: f.Address, Wide: f.Wide, Round: f.Round})
}

// removeVotes subtracts the device's votes from the tallies.
func (s *State) removeVotes(d *device) {
	for i := range d.votes {
		m := &d.votes[i]
		t := &s.tallies[s.playByID(protocol.NewPlayID(s.id, int(m.play))).tally]
		t.count(protocol.VoteUp, -int64(m.ups))
		t.count(protocol.VoteDown, -int64(m.downs))
	}
}

// removeDevices removes the votes of devices from the poll.
func (p *poll) removeDevices(ids []protocol.DeviceID) {
	for _, id := range ids {
		if choice := p.ballots.of(voterKey{device: id}).choice; choice > 0 {
			p.Candidates[choice-1].Votes--
		}
	}
	p.ballots.forget(ids)
}

// voidedVotes is the answer to VoidVotes.
func (s *State) voidedVotes(c protocol.VoidVotes, facts []fact.Fact) protocol.VoidedVotes {
	a := protocol.VoidedVotes{Message: "Votes voided successfully", SessionID: s.id, Address: c.Address}
	for _, f := range facts {
		if f, ok := f.(*fact.VotesVoided); ok {
			a.Devices += len(f.Devices)
			a.Votes += f.Votes()
		}
	}
	return a
}

// votesVoided is the data of the event, as of right after the fact was applied.
func (s *State) votesVoided(f *fact.VotesVoided) protocol.VotesVoided {
	e := protocol.VotesVoided{SessionID: s.id, Devices: len(f.Devices), Votes: f.Votes(), Games: []protocol.VoidedGame{}}
	at := map[protocol.GameID]int{}
	for _, p := range f.Plays {
		play := s.playByID(p.Play)
		if play == nil {
			continue
		}
		i, ok := at[p.Game]
		if !ok {
			i = len(e.Games)
			at[p.Game] = i
			e.Games = append(e.Games, protocol.VoidedGame{
				EventGame: protocol.EventGame{ID: p.Game, Title: play.Game.Title, PackName: play.Game.PackName}, Totals: s.tallies[play.tally].totals(),
			})
		}
		e.Games[i].Upvotes += p.Up
		e.Games[i].Downvotes += p.Down
	}
	if s.openPoll(0) != nil {
		tallied := s.tallied()
		e.Poll = &tallied
	}
	return e
}
