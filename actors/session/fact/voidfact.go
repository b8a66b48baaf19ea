package fact

import "partyline/protocol"

// maxVoidedDevices are taken back by one fact: a record of a hundred kilobytes. More are
// several facts of one round.
const MaxVoidedDevices = 5000

// VotesVoided takes back all votes of some devices, and keeps them and those that came in
// from the same address before from voting again. What it takes is said for those who
// only count.
type VotesVoided struct {
	At protocol.Timestamp `json:"at"`
	// Address is where the devices came in from; with Wide the upper half alone counts.
	Address protocol.AddressID `json:"address"`
	Wide    bool               `json:"wide,omitempty"`
	// Round counts the commands that have voided votes in this session, from 1.
	Round uint32 `json:"round"`
	// Devices are at most maxVoidedDevices, none of which was voided before.
	Devices []protocol.DeviceID `json:"devices"`
	// Plays are the playings that lose votes, in the order of play.
	Plays []VoidedPlay `json:"plays,omitempty"`
}

// VoidedPlay is what one playing loses.
type VoidedPlay struct {
	Play protocol.PlayID `json:"play"`
	Game protocol.GameID `json:"game"`
	Up   int64           `json:"up,omitempty"`
	Down int64           `json:"down,omitempty"`
}

func (f *VotesVoided) Occurred() protocol.Timestamp { return f.At }

// Target is whose votes they are.
func (f *VotesVoided) Target() protocol.AddressTarget {
	return protocol.AddressTarget{Address: f.Address, WholeNetwork: f.Wide}
}

// Votes is how many votes for playings are taken back.
func (f *VotesVoided) Votes() (n int64) {
	for _, p := range f.Plays {
		n += p.Up + p.Down
	}
	return n
}

// valid says whether a session could have made it.
func (f *VotesVoided) valid() bool {
	if f.Round == 0 || len(f.Devices) == 0 || len(f.Devices) > MaxVoidedDevices {
		return false
	}
	for _, id := range f.Devices {
		if id == 0 {
			return false
		}
	}
	for _, p := range f.Plays {
		if p.Play <= 0 || p.Game <= 0 || p.Up < 0 || p.Down < 0 {
			return false
		}
	}
	return true
}

// ReadVoided reads a stored fact if it takes votes back; of every other fact it says nil
// without looking into it.
func ReadVoided(b []byte) (*VotesVoided, error) {
	if len(b) == 0 || b[0] != kindVotesVoided {
		return nil, nil
	}
	f, err := Read(b)
	if err != nil {
		return nil, err
	}
	return f.(*VotesVoided), nil
}
