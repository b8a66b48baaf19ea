package fact

import "partyline/protocol"

// PollStarted starts a poll about the next game. Votes count until Ends.
// The candidates are kept as they were in the catalogue, so the winner can be played
// whatever becomes of its entry.
type PollStarted struct {
	At         protocol.Timestamp `json:"at"`
	Poll       protocol.PollID    `json:"poll"`
	Ends       protocol.Timestamp `json:"ends"`
	Candidates []PlayedGame       `json:"candidates"`
	AutoAdd    bool               `json:"auto,omitempty"`
}

// PollVoted is a vote in a poll, which replaces the voter's earlier one. Choice is the number of the
// candidate, from 1, and Before the one that is replaced, 0 for none, for readers that keep totals
// only. The voter is the device, or the name for votes without a device.
type PollVoted struct {
	At       protocol.Timestamp
	Poll     protocol.PollID
	Choice   int
	Before   int
	Device   protocol.DeviceID
	Username string
	// Address is as in VoteCast.
	Address protocol.AddressID
}

// PollEnded closes a poll. Choice is the winner's number, 0 when the poll was canceled.
// Tie says that the draw decided.
type PollEnded struct {
	At     protocol.Timestamp `json:"at"`
	Poll   protocol.PollID    `json:"poll"`
	Choice int                `json:"choice,omitempty"`
	Tie    bool               `json:"tie,omitempty"`
}

func (f *PollStarted) Occurred() protocol.Timestamp { return f.At }
func (f *PollVoted) Occurred() protocol.Timestamp   { return f.At }
func (f *PollEnded) Occurred() protocol.Timestamp   { return f.At }
