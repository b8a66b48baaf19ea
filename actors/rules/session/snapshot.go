package session

import (
	"encoding/binary"
	"encoding/json"
	"slices"

	"partyline/protocol"
)

// SnapshotVersion names the format of AppendSnapshot. A snapshot of another version
// is not restored: the journal is replayed instead.
const SnapshotVersion uint32 = 4

// OldestSnapshot is the oldest version that Restore reads as well. It holds the names of voters;
// see readNamedVoters.
const OldestSnapshot uint32 = 3

// A snapshot is
//
//	uvarint  length of the JSON
//	bytes    the JSON of an image
//	byte     number of tables of votes by name, 0 or 128, and for each:
//	    uvarint  number of votes
//	    8 bytes  each vote's print, little-endian, ascending
//	uvarint  number of devices, in the order of their first votes, and for each:
//	    8 bytes  the device, big-endian
//	    8 bytes  the address that it came in from, big-endian, 0 when it is not known
//	    uvarint  when it voted first, in milliseconds since 1970
//	    uvarint  when it voted last
//	    byte     1 when its votes were taken back, else 0
//	    uvarint  its votes that were not its first for a play or in a poll
//	    uvarint  number of plays it voted on, and for each:
//	        uvarint  twice the number of the play, plus 1 when the newest vote is up
//	        uvarint  when that was, in milliseconds since 1970
//	        uvarint  its votes after the first, up to 65535
//	        uvarint  its votes up that count
//	        uvarint  its votes down that count
//	uvarint  number of voters in the open poll, in the order of their first votes, and for each:
//	    uvarint  length of the key in bytes, and the key: the folded name, or 0 and the device
//	    byte     choice
//	    byte     its votes after the first, up to 255
//
// The same facts always give the same bytes.

// image is all of a state but its voters, devices and ballots.
type image struct {
	ID      protocol.SessionID `json:"id"`
	Phase   phase              `json:"phase"`
	Created protocol.Timestamp `json:"created"`
	Closed  protocol.Timestamp `json:"closed"`
	Last    protocol.Timestamp `json:"last"`
	Notes   *string            `json:"notes"`
	Plays   []play             `json:"plays"`
	Tallies []tally            `json:"tallies"`
	Poll    *poll              `json:"poll"`
	// Latest are the newest votes, the newest first.
	Latest []protocol.LatestVote `json:"latest"`
	// LatestDevices are theirs, in the same order, absent when none has one.
	LatestDevices []protocol.DeviceID `json:"latest_devices,omitempty"`
	Join          join                `json:"join"`
	Bars          []voidedAddress     `json:"bars,omitempty"`
	Folded        *folded             `json:"folded,omitempty"`
	ByTicker      bool                `json:"by_ticker,omitempty"`
	// VoteKey is the key of the votes' prints, absent in version 3.
	VoteKey *VoteKey `json:"vote_key"`
}

// AppendSnapshot appends the whole state to dst.
func (s *State) AppendSnapshot(dst []byte) []byte {
	b, err := json.Marshal(image{
		ID: s.id, Phase: s.phase, Created: s.created, Closed: s.closed, Last: s.last, Notes: s.notes, Plays: s.plays, Tallies: s.tallies,
		Poll: s.poll, Latest: s.latestVotes.List(), LatestDevices: devicesOf(s.latestVotes.List()), Join: s.join, Bars: s.voided, Folded: s.folded, ByTicker: s.byTicker, VoteKey: &s.voters.key,
	})
	if err != nil {
		panic("session: a state that has no JSON: " + err.Error()) // it holds only texts, numbers and booleans
	}
	dst = slices.Grow(dst, binary.MaxVarintLen64+len(b)+s.voters.size())
	dst = binary.AppendUvarint(dst, uint64(len(b)))
	dst = append(dst, b...)
	return s.poll.appendTo(s.devices.appendTo(s.voters.appendTo(dst)))
}

// devicesOf are the devices of the newest votes, nil when none has one.
func devicesOf(latest []protocol.LatestVote) (all []protocol.DeviceID) {
	for i, v := range latest {
		if v.Device != 0 && all == nil {
			all = make([]protocol.DeviceID, len(latest))
		}
		if all != nil {
			all[i] = v.Device
		}
	}
	return all
}

func (d *devices) appendTo(dst []byte) []byte {
	dst = binary.AppendUvarint(dst, uint64(len(d.list)))
	for i := range d.list {
		v := &d.list[i]
		dst = binary.BigEndian.AppendUint64(dst, uint64(v.id))
		dst = binary.BigEndian.AppendUint64(dst, uint64(v.address))
		dst = binary.AppendUvarint(dst, uint64(v.first))
		dst = binary.AppendUvarint(dst, uint64(v.last))
		var voided byte
		if v.voided {
			voided = 1
		}
		dst = append(dst, voided)
		dst = binary.AppendUvarint(dst, uint64(v.changes))
		dst = binary.AppendUvarint(dst, uint64(len(v.votes)))
		for _, m := range v.votes {
			play := uint64(m.play) << 1
			if m.up {
				play |= 1
			}
			dst = binary.AppendUvarint(dst, play)
			dst = binary.AppendUvarint(dst, uint64(m.at))
			dst = binary.AppendUvarint(dst, uint64(m.changes))
			dst = binary.AppendUvarint(dst, uint64(m.ups))
			dst = binary.AppendUvarint(dst, uint64(m.downs))
		}
	}
	return dst
}

// appendTo writes the ballots of the open poll; p may be nil.
func (p *poll) appendTo(dst []byte) []byte {
	if p == nil {
		return binary.AppendUvarint(dst, 0)
	}
	dst = binary.AppendUvarint(dst, uint64(len(p.ballots.list)))
	for _, v := range p.ballots.list {
		dst = binary.AppendUvarint(dst, uint64(len(v.voter)))
		dst = append(dst, v.voter...)
		dst = append(dst, v.choice, v.changes)
	}
	return dst
}
