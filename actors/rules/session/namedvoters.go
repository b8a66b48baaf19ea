package session

import (
	"partyline/actors/rules/session/fact"
)

// readVoters reads the votes by name. Those of an older snapshot get the key.
func (img *image) readVoters(r *fact.Reader, key VoteKey) voters {
	if img.VoteKey == nil {
		return readNamedVoters(r, key)
	}
	return readVoters(r, *img.VoteKey)
}

// readNamedVoters reads the voters of a snapshot of version 3, which are
//
//	uvarint  number of voters, and for each:
//	    uvarint  length of the folded name in bytes, and the name
//	    uvarint  number of votes
//	    uvarint  first timestamp in milliseconds since 1970
//	    uvarint  for each further vote: milliseconds since the one before, less window
func readNamedVoters(r *fact.Reader, key VoteKey) voters {
	v := voters{key: key}
	for range r.Length(len(r.Rest)) {
		folded := string(r.Bytes(fact.MaxFolded))
		name := v.hash(folded)
		n := r.Length(len(r.Rest))
		if folded == "" || n == 0 {
			r.Fail()
		}
		before := -duplicateWindow
		for range n {
			// Timestamp bounds the step, so the sum cannot overflow; MaxTimestamp bounds the sum.
			if before += duplicateWindow + r.Timestamp(); before > fact.MaxTimestamp {
				r.Fail()
			}
			if r.Failed {
				return voters{}
			}
			v.add(name, before)
		}
	}
	return v
}
