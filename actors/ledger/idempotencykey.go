package ledger

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"

	"partyline/persistence"
	"partyline/protocol"
)

// Key makes a request idempotent: the first answer given under Scope and Name is
// given again for protocol.IdempotencyTTL, also after a restart.
type Key struct {
	// Scope is the operation and the principal of the request.
	Scope string
	// Name is what the client sent as Idempotency-Key.
	Name string
	// Fingerprint is a hash of the request; the same key with another is refused.
	Fingerprint [32]byte
	// FactsOnly keeps the answer only when the request has changed something. Clients that may
	// ask any number of times without a change would otherwise fill the disk with refusals
	// and answers that are kept for a day. Their repeated requests are decided again.
	FactsOnly bool
}

// MemoKey is a Key as the journal stores it.
type MemoKey struct {
	Name        string
	fingerprint [32]byte
	factsOnly   bool
}

// The value of a memo: fingerprint, then one byte that says whether an answer or a
// refusal follows, then its JSON.
const (
	memoAnswer  = 'a'
	memoRefusal = 'e'
)

// NewMemoKey hashes a key, nil for none. Scopes name principals by ids that are counted
// within a timeline, and a restored journal holds the memos of the timeline before it: so
// the epoch is part of the hash. In an adopted journal it is not: all its memos are of one
// timeline, those before the adoption too.
func NewMemoKey(k *Key, now protocol.Timeline) *MemoKey {
	if k == nil {
		return nil
	}
	epoch, end := string(now.Epoch), "\x00"
	if now.AcceptsEmpty {
		epoch, end = "", ""
	}
	sum := sha256.Sum256([]byte(epoch + end + k.Scope + "\x00" + k.Name))
	return &MemoKey{Name: hex.EncodeToString(sum[:]), fingerprint: k.Fingerprint, factsOnly: k.FactsOnly}
}

// Memo is the memo that the journal keeps beside so many records. It is nil without a key,
// for errors that ask to try again, and without records where FactsOnly is set.
func (k *MemoKey) Memo(answer any, refusal *protocol.Error, records int) *persistence.Memo {
	if k == nil || k.factsOnly && records == 0 || refusal != nil && refusal.Code.Meaning().Retry {
		return nil
	}
	kind, content := byte(memoAnswer), answer
	if refusal != nil {
		kind, content = memoRefusal, refusal
	}
	body, err := json.Marshal(content)
	if err != nil {
		panic(err) // answers are resources of the protocol, which all marshal
	}
	value := append(append(k.fingerprint[:len(k.fingerprint):len(k.fingerprint)], kind), body...)
	return &persistence.Memo{Key: k.Name, Value: value, TTL: protocol.IdempotencyTTL}
}

// Replay reads a memo's value: the first answer, as JSON, or the first error.
func (k *MemoKey) Replay(value []byte) (json.RawMessage, *protocol.Error) {
	n := len(k.fingerprint)
	if len(value) <= n {
		return nil, protocol.Internal()
	}
	if !bytes.Equal(value[:n], k.fingerprint[:]) {
		return nil, protocol.Errorf(protocol.CodeKeyReused, "This Idempotency-Key was used for another request")
	}
	if value[n] == memoAnswer {
		return json.RawMessage(bytes.Clone(value[n+1:])), nil
	}
	refusal := new(protocol.Error)
	if value[n] != memoRefusal || json.Unmarshal(value[n+1:], refusal) != nil {
		return nil, protocol.Internal()
	}
	return nil, refusal
}
