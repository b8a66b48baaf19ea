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

// Idempotency gives the first answer to a request with a key again to later requests with the
// same key. Its methods may be called from any goroutine.
type Idempotency struct {
	env      ledger.Env
	caller   *ledger.Caller
	mu       sync.Mutex
	inFlight map[string]struct{} // names of keys whose first request is not answered yet
}

func newIdempotency(e ledger.Env, caller *ledger.Caller) *Idempotency {
	return &Idempotency{env: e, caller: caller, inFlight: map[string]struct{}{}}
}

// acquire takes a key for a request, unless another request has it.
func (i *Idempotency) acquire(name string) *protocol.Error {
	i.mu.Lock()
	defer i.mu.Unlock()
	if _, taken := i.inFlight[name]; taken {
		return protocol.Errorf(protocol.CodeKeyInFlight, "The first request with this Idempotency-Key is still in progress")
	}
	i.inFlight[name] = struct{}{}
	return nil
}

func (i *Idempotency) release(name string) {
	i.mu.Lock()
	defer i.mu.Unlock()
	delete(i.inFlight, name)
}

// memoTimeout bounds the look-up of a key, which is one read of the journal.
const memoTimeout = 5 * time.Second

// begin answers a command whose key has an answer already, or is taken, and returns false. Else
// the command has the key until it is answered; the memo is written together with its facts.
func (i *Idempotency) begin(c *ledger.Command, k *Key) (first bool) {
	memo := ledger.NewMemoKey(k, i.env.Timeline())
	if err := i.acquire(memo.Name); err != nil {
		c.Respond(nil, err)
		return false
	}
	done := c.Done
	c.Done = func(answer any, err *protocol.Error) {
		i.release(memo.Name)
		done(answer, err)
	}
	answer, refusal, found := i.storedAnswer(context.Background(), memo)
	if found {
		c.Respond(answer, refusal)
		return false
	}
	c.Memo = memo
	return true
}

// Answered says whether a key has an answer: then what the command would need is not looked up
// any more, for it may be gone. nil is false.
func (i *Idempotency) Answered(ctx context.Context, k *Key) bool {
	if k == nil {
		return false
	}
	_, _, found := i.storedAnswer(ctx, ledger.NewMemoKey(k, i.env.Timeline()))
	return found
}

// storedAnswer reads the answer of a key from the journal; an error of the journal counts as one.
func (i *Idempotency) storedAnswer(ctx context.Context, memo *ledger.MemoKey) (answer any, refusal *protocol.Error, found bool) {
	ctx, cancel := context.WithTimeout(ctx, memoTimeout)
	defer cancel()
	value, ok, err := i.env.Journal.Memo(ctx, memo.Name)
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

// unstored is an answer that is given and not stored for the key.
type unstored struct{ answer any }

// Once makes a request idempotent that no actor decides: f runs unless the key has an answer, and
// the answer of f is on disk before it is returned. Without a key f just runs. The answer is f's,
// or a json.RawMessage.
func (i *Idempotency) Once(ctx context.Context, k *Key, f func() (any, error)) (any, error) {
	slots, refusal := i.caller.Gate.Acquire(admission.ClassFrom(ctx), 1)
	if refusal != nil {
		return nil, refusal
	}
	defer slots.Release()
	if k == nil {
		return given(f())
	}
	return given(i.onceWithKey(ctx, k, f))
}

// given is the answer inside of an unstored one, or the answer itself.
func given(answer any, err error) (any, error) {
	if u, ok := answer.(unstored); ok {
		return u.answer, nil
	}
	return answer, err
}

func (i *Idempotency) onceWithKey(ctx context.Context, k *Key, f func() (any, error)) (any, error) {
	memo := ledger.NewMemoKey(k, i.env.Timeline())
	if err := i.acquire(memo.Name); err != nil {
		return nil, err
	}
	defer i.release(memo.Name)
	if answer, refusal, found := i.storedAnswer(ctx, memo); found {
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
	if err := i.saveMemo(ctx, memo.Memo(answer, refusal, 0)); err != nil {
		return nil, err
	}
	if refusal != nil {
		return nil, refusal
	}
	return answer, nil
}

// saveMemo makes a memo durable that belongs to no facts, nil for none.
func (i *Idempotency) saveMemo(ctx context.Context, m *persistence.Memo) error {
	if m == nil {
		return nil
	}
	last, err := i.env.Journal.Last(ctx, memoStream)
	if err != nil {
		return ledger.ToClient(err)
	}
	future := i.caller.Futures.Get()
	i.env.Journal.Append(persistence.Append{Stream: memoStream, Expected: last, Memo: m, Done: func(o persistence.Outcome) {
		if o.Err != nil {
			future.Done(nil, ledger.ToClient(o.Err))
			return
		}
		future.Done(nil, nil)
	}})
	_, err = future.Wait(ctx)
	return err
}

// memoStream is the stream, always empty, that memos without facts are appended to.
const memoStream = "memo"
