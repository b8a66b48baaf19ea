package fact

import "partyline/protocol"

// MaxVoidedDevices is how many devices one fact voids, in a record of a hundred kilobytes. More
// devices are several facts of one round.
const MaxVoidedDevices = 5000

// VotesVoided removes all votes of some devices, and keeps these devices and those that joined from
// the same address before from voting again. It holds the numbers of votes for readers that keep
// totals only.
type VotesVoided struct {
	At protocol.Timestamp `json:"at"`
	// Address is the network address of the devices; with Wide only its upper half counts.
	Address protocol.AddressID `json:"address"`
	Wide    bool               `json:"wide,omitempty"`
	// Round counts the commands that have voided votes in this session, from 1.
	Round uint32 `json:"round"`
	// Devices are at most MaxVoidedDevices, none of which was voided before.
	Devices []protocol.DeviceID `json:"devices"`
	// Plays are the plays that lose votes, in the order of play.
	Plays []VoidedPlay `json:"plays,omitempty"`
}

// VoidedPlay is what one play loses.
type VoidedPlay struct {
	Play protocol.PlayID `json:"play"`
	Game protocol.GameID `json:"game"`
	Up   int64           `json:"up,omitempty"`
	Down int64           `json:"down,omitempty"`
}

func (f *VotesVoided) Occurred() protocol.Timestamp { return f.At }

// Target is the address or network whose votes are voided.
func (f *VotesVoided) Target() protocol.AddressTarget {
	return protocol.AddressTarget{Address: f.Address, WholeNetwork: f.Wide}
}

// Votes is how many votes for plays are voided.
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
