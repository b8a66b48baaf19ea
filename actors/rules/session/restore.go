package session

import (
	"encoding/binary"
	"errors"
	"fmt"
	"math"

	"partyline/actors/codec"
	"partyline/actors/rules/session/fact"
	"partyline/protocol"
)

var errSnapshot = errors.New("session: not a snapshot of this session")

// Restore replaces the state by that of a snapshot of SnapshotVersion or OldestSnapshot. It keeps
// nothing of data. On an error the state is as it was. Whatever the bytes are, it
// never panics and allocates no more than a small multiple of their length.
func (s *State) Restore(data []byte) error {
	r := fact.NewReader(data)
	var img image
	if err := codec.ReadJSON(r.Bytes(len(data)), &img); err != nil {
		return fmt.Errorf("%w: %w", errSnapshot, err)
	}
	n, ok := img.toState()
	if !ok || img.ID != s.id {
		return fmt.Errorf("%w: a value is missing or out of range", errSnapshot)
	}
	n.voters = img.readVoters(&r, s.voters.key)
	n.devices = readDevices(&r, len(n.plays))
	n.poll = img.Poll
	n.poll.inferPlays(n.plays)
	ballots := readBallots(&r)
	if !r.Done() {
		return fmt.Errorf("%w: damaged votes", errSnapshot)
	}
	if !n.poll.restoreBallots(ballots) {
		return fmt.Errorf("%w: a poll that no facts could make", errSnapshot)
	}
	*s = *n
	return nil
}

// toState makes the state of an image; ok is false when it is none that facts could make.
func (img *image) toState() (h *State, ok bool) {
	if !img.assignDevices() {
		return nil, false
	}
	h = &State{
		id: img.ID, phase: img.Phase, created: img.Created, closed: img.Closed, last: img.Last, notes: img.Notes,
		plays: img.Plays, tallies: img.Tallies, tallyIndex: make(map[protocol.GameID]int, len(img.Tallies)), latestVotes: protocol.LatestVotesOf(img.Latest), join: img.Join, voided: img.Bars, folded: img.Folded, byTicker: img.ByTicker,
	}
	if h.phase > phaseDeleted || len(h.plays) >= protocol.MaxPlays || !(&fact.JoinSet{Generation: h.join.Generation, Policy: h.join.Policy, Code: h.join.Code}).Valid() || h.join.Code != "" && h.phase != phaseActive || !h.folded.valid(h.phase) {
		return nil, false
	}
	for i, t := range h.tallies {
		h.tallyIndex[t.ID] = i
	}
	return h, len(h.tallyIndex) == len(h.tallies) && h.indexPlays() && h.validLatest(img.Latest) && img.validVoided()
}

// assignDevices gives the newest votes their devices; false when those are not as many.
func (img *image) assignDevices() bool {
	for i, id := range img.LatestDevices {
		if len(img.LatestDevices) != len(img.Latest) {
			return false
		}
		img.Latest[i].Device = id
	}
	return true
}

func (img *image) validVoided() bool {
	for _, b := range img.Bars {
		if b.Round == 0 {
			return false
		}
	}
	return true
}

// validLatest says whether those can be the newest votes.
func (s *State) validLatest(latest []protocol.LatestVote) bool {
	for _, v := range latest {
		if _, ok := s.tallyIndex[v.GameID]; !ok || v.Username == "" || v.Type != protocol.VoteUp && v.Type != protocol.VoteDown {
			return false
		}
	}
	return len(latest) <= protocol.MaxLatestVotes
}

// indexPlays finds each play's tally again, and counts.
func (s *State) indexPlays() bool {
	playing := 0
	for i := range s.plays {
		p := &s.plays[i]
		place, ok := s.tallyIndex[p.Game.ID]
		if !ok || p.At <= 0 || !fact.KnownPlayStatus(p.Status) || !p.validCount() {
			return false
		}
		p.tally = place
		if p.Removed {
			continue
		}
		s.playCount++
		if p.Status == protocol.StatusPlaying {
			playing++
		}
	}
	return playing <= 1
}

// readDevices reads what devices.append writes; plays is how many plays there are.
func readDevices(r *fact.Reader, plays int) devices {
	n := r.Length(len(r.Rest))
	if n == 0 {
		return devices{}
	}
	// A device takes at least 21 bytes, so a damaged count cannot ask for much.
	room := min(n, len(r.Rest)/21)
	d := devices{index: make(map[protocol.DeviceID]int32, room), list: make([]device, 0, room)}
	for range n {
		v := readDevice(r, plays)
		if _, twice := d.index[v.id]; twice || v.id == 0 {
			r.Fail()
		}
		if r.Failed {
			return devices{}
		}
		d.insert(v)
	}
	return d
}

func readDevice(r *fact.Reader, plays int) (v device) {
	id, address := r.Take(8), r.Take(8)
	v.first, v.last, v.voided = r.Timestamp(), r.Timestamp(), r.Bool()
	v.changes = uint32(r.UvarintAtMost(math.MaxUint32))
	n := r.Length(plays)
	if r.Failed {
		return v
	}
	v.id, v.address = protocol.DeviceID(binary.BigEndian.Uint64(id)), protocol.AddressID(binary.BigEndian.Uint64(address))
	for range n {
		play := r.Length(2*plays + 1)
		m := playVote{at: r.Timestamp(), play: int32(play >> 1), up: play&1 == 1, changes: uint16(r.Length(math.MaxUint16))}
		m.ups, m.downs = uint32(r.UvarintAtMost(math.MaxUint32)), uint32(r.UvarintAtMost(math.MaxUint32))
		if m.at == 0 || m.play == 0 || v.vote(m.play) != nil {
			r.Fail()
		}
		if r.Failed {
			return v
		}
		v.votes = append(v.votes, m)
	}
	return v
}
