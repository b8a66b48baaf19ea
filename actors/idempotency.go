package actors

import (
	"context"
	"sync"
	"time"

	"partyline/actors/admission"
	"partyline/actors/ledger"
	"partyline/persistence"
	"partyline/protocol"
)

// Key is an idempotency key.
type Key = ledger.Key

// keys are the idempotency keys whose first request is not answered yet.
type keyLocks struct {
	mu       sync.Mutex
	inFlight map[string]struct{}
}

func newKeyLocks() *keyLocks { return &keyLocks{inFlight: map[string]struct{}{}} }

func (k *keyLocks) acquire(name string) bool {
	k.mu.Lock()
	defer k.mu.Unlock()
	if _, taken := k.inFlight[name]; taken {
		return false
	}
	k.inFlight[name] = struct{}{}
	return true
}

func (k *keyLocks) release(name string) {
	k.mu.Lock()
	defer k.mu.Unlock()
	delete(k.inFlight, name)
}

// recallTimeout bounds the look-up of a key, which is one read of the journal.
const memoTimeout = 5 * time.Second

// recall answers a command whose key has an answer already, and says false. Else the
// key is taken until the command is answered; the memo is written with its facts.
func (h *Hub) replay(c *ledger.Command, k *Key) (first bool) {
	memo := ledger.NewMemoKey(k, h.env.Timeline())
	if !h.keyLocks.acquire(memo.Name) {
		c.Respond(nil, protocol.Errorf(protocol.CodeKeyInFlight, "The first request with this Idempotency-Key is still in progress"))
		return false
	}
	done := c.Done
	c.Done = func(answer any, err *protocol.Error) {
		h.keyLocks.release(memo.Name)
		done(answer, err)
	}
	answer, refusal, found := h.storedAnswer(context.Background(), memo)
	if found {
		c.Respond(answer, refusal)
		return false
	}
	c.Memo = memo
	return true
}

// Answered says that a key has an answer: what the command would need is not looked up
// any more, for it may be gone.
func (h *Hub) Answered(ctx context.Context, k *Key) bool {
	if k == nil {
		return false
	}
	_, _, found := h.storedAnswer(ctx, ledger.NewMemoKey(k, h.env.Timeline()))
	return found
}

func (h *Hub) storedAnswer(ctx context.Context, memo *ledger.MemoKey) (answer any, refusal *protocol.Error, found bool) {
	ctx, cancel := context.WithTimeout(ctx, memoTimeout)
	defer cancel()
	value, ok, err := h.env.Journal.Memo(ctx, memo.Name)
	if err != nil {
		return nil, ledger.ToClient(err), true
	}
	if !ok {
		return nil, nil, false
	}
	body, refusal := memo.Replay(value)
	if refusal != nil {
		return nil, refusal, true
	}
	return body, nil, true
}

// provisional is an answer that is told and not remembered.
type unstored struct{ answer any }

// Once makes something idempotent that no actor decides: f runs unless the key has
// an answer, and what it says is on disk before it is returned. Without a key it
// just runs. The answer is f's, or a json.RawMessage.
func (h *Hub) Once(ctx context.Context, k *Key, f func() (any, error)) (any, error) {
	pass, refusal := h.caller.Gate.Acquire(admission.ClassFrom(ctx), 1)
	if refusal != nil {
		return nil, refusal
	}
	defer pass.Release()
	answer, err := h.onceWithKey(ctx, k, f)
	if u, ok := answer.(unstored); ok {
		return u.answer, nil
	}
	return answer, err
}

func (h *Hub) onceWithKey(ctx context.Context, k *Key, f func() (any, error)) (any, error) {
	if k == nil {
		return f()
	}
	memo := ledger.NewMemoKey(k, h.env.Timeline())
	if !h.keyLocks.acquire(memo.Name) {
		return nil, protocol.Errorf(protocol.CodeKeyInFlight, "The first request with this Idempotency-Key is still in progress")
	}
	defer h.keyLocks.release(memo.Name)
	if answer, refusal, found := h.storedAnswer(ctx, memo); found {
		if refusal != nil {
			return nil, refusal
		}
		return answer, nil
	}
	answer, err := f()
	if _, ok := answer.(unstored); ok {
		return answer, nil
	}
	var refusal *protocol.Error
	if err != nil {
		refusal = ledger.ToClient(err)
	}
	if err := h.saveMemo(ctx, memo.Memo(answer, refusal, 0)); err != nil {
		return nil, err
	}
	if refusal != nil {
		return nil, refusal
	}
	return answer, nil
}

// write makes a memo durable that belongs to no stream's facts.
func (h *Hub) saveMemo(ctx context.Context, m *persistence.Memo) error {
	if m == nil {
		return nil
	}
	last, err := h.env.Journal.Last(ctx, memoStream)
	if err != nil {
		return ledger.ToClient(err)
	}
	w := h.caller.Futures.Get()
	h.env.Journal.Append(persistence.Append{Stream: memoStream, Expected: last, Memo: m, Done: func(o persistence.Outcome) {
		if o.Err != nil {
			w.Done(nil, ledger.ToClient(o.Err))
			return
		}
		w.Done(nil, nil)
	}})
	_, err = w.Wait(ctx)
	return err
}

// memoStream is the stream, always empty, that memos without facts are appended to.
const memoStream = "memo"
