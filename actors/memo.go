package actors

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
	// Scope is who asks for what: operation and principal.
	Scope string
	// Name is what the client sent as Idempotency-Key.
	Name string
	// Fingerprint is a hash of the request; the same key with another is refused.
	Fingerprint [32]byte
	// FactsOnly keeps the answer only when something has changed: of those who may ask as
	// often as they like without a change, a refusal or an answer that nothing has changed
	// would fill the disk for a day each. Asked again they are decided again.
	FactsOnly bool
}

// memoKey is a Key as the journal knows it.
type memoKey struct {
	name        string
	fingerprint [32]byte
	factsOnly   bool
}

// The value of a memo: fingerprint, then one byte that says whether an answer or a
// refusal follows, then its JSON.
const (
	memoAnswer  = 'a'
	memoRefusal = 'e'
)

// newMemoKey is the key as it is told apart from all others. Scopes name principals by
// ids that are counted within a timeline, and a restored journal holds the memos of the
// one before: so the epoch is part of it. In an adopted journal it is not: all its memos
// are of one timeline, those before the adoption too.
func newMemoKey(k *Key, now protocol.Timeline) *memoKey {
	if k == nil {
		return nil
	}
	epoch, end := string(now.Epoch), "\x00"
	if now.AcceptsEmpty {
		epoch, end = "", ""
	}
	sum := sha256.Sum256([]byte(epoch + end + k.Scope + "\x00" + k.Name))
	return &memoKey{name: hex.EncodeToString(sum[:]), fingerprint: k.Fingerprint, factsOnly: k.FactsOnly}
}

// memo is what the journal keeps beside so many records, nil without a key, for refusals
// that are no outcome but ask to try again, and where only facts are worth it.
func (k *memoKey) memo(answer any, refusal *protocol.Error, records int) *persistence.Memo {
	if k == nil || k.factsOnly && records == 0 || refusal != nil && refusal.Code.Meaning().Retry {
		return nil
	}
	kind, word := byte(memoAnswer), answer
	if refusal != nil {
		kind, word = memoRefusal, refusal
	}
	body, err := json.Marshal(word)
	if err != nil {
		panic(err) // answers are words of the protocol, which all marshal
	}
	value := append(append(k.fingerprint[:len(k.fingerprint):len(k.fingerprint)], kind), body...)
	return &persistence.Memo{Key: k.name, Value: value, TTL: protocol.IdempotencyTTL}
}

// recall reads a memo's value: the first answer, as JSON, or the first refusal.
func (k *memoKey) recall(value []byte) (json.RawMessage, *protocol.Error) {
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
