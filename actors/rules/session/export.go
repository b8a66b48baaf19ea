package session

import "partyline/protocol"

// Export is what is told of the session in a file, without its votes, as of seq, the
// number of the fact applied last. When it was made is left to the caller.
func (s *State) Export(seq protocol.Seq) *protocol.SessionExport {
	return &protocol.SessionExport{Seq: seq, Session: s.Session(), Games: s.Games(), Totals: s.Votes().Votes, Votes: []protocol.ExportedVote{}, Voided: s.devices.allVoided()}
}

// allVoided are the devices whose votes were taken back.
func (d *devices) allVoided() map[protocol.DeviceID]struct{} {
	all := map[protocol.DeviceID]struct{}{}
	for i := range d.list {
		if d.list[i].voided {
			all[d.list[i].id] = struct{}{}
		}
	}
	return all
}
