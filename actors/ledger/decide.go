package ledger

import (
	"runtime/debug"

	"partyline/persistence"
	"partyline/protocol"
)

// Handle takes a request: it is decided or read at once, or deferred until the state has
// been loaded again. It then releases whatever has become durable in the meantime.
func (l *Ledger[F, S]) Handle(r Request) {
	if l.mustReload {
		l.deferred = append(l.deferred, r)
	} else if l.recoverPanic(r, func() { l.dispatch(r) }) {
		l.planSnapshot()
	}
	l.ReleaseDurable()
}

func (l *Ledger[F, S]) dispatch(r Request) {
	switch r := r.(type) {
	case *Command:
		l.execute(r)
	case *Query[S]:
		l.answerQuery(r)
	default:
		r.Respond(nil, protocol.Internal())
	}
}

// execute decides a command, applies its facts and hands their records to the journal. The
// answer waits until they are durable.
func (l *Ledger[F, S]) execute(c *Command) {
	facts, refusal := l.State.Decide(l.decided[:0], c.Cmd, l.Clock.Read())
	l.decided = facts[:0]
	var answer any
	if refusal == nil {
		records := c.records[:0]
		for _, f := range facts {
			records = append(records, l.apply(f))
		}
		answer = l.State.Answer(c.Cmd, facts)
		l.submit(records, c.Memo.Memo(answer, nil, len(records)))
	} else {
		facts = nil
		l.submit(nil, c.Memo.Memo(nil, refusal, 0))
	}
	l.pending.Push(pendingReply{append: l.submitted, facts: len(facts), answer: answer, err: refusal, request: c})
	clear(facts) // their queue holds them as long as they are needed
}

// maxScratch is the largest buffer, in bytes, that a ledger keeps for its next fact. A chat
// log must not stay in memory twice for as long as its session is active.
const maxScratch = 64 << 10

// apply changes the speculative state by a fact and makes the fact's record and event.
func (l *Ledger[F, S]) apply(f F) []byte {
	l.seq++
	l.State.Apply(f, l.seq)
	l.scratch.fact = l.kind.AppendFact(l.scratch.fact[:0], f)
	l.scratch.event = l.State.Publish(l.scratch.event[:0], f, l.seq)
	record, event := NewRecord(l.scratch.fact, l.scratch.event)
	if cap(l.scratch.fact) > maxScratch {
		l.scratch.fact = nil
	}
	l.facts.Push(f)
	l.events.Push(event)
	return record
}

// submit hands records to the journal, in as many appends as the journal's limits ask for.
// Only the votes of a batch can need more than one, and the parts of a large import, which
// mean nothing before the last part.
func (l *Ledger[F, S]) submit(records [][]byte, memo *persistence.Memo) {
	expected := persistence.Seq(l.seq) - persistence.Seq(len(records))
	for len(records) > 0 || memo != nil {
		n := countFitting(records)
		a := persistence.Append{Stream: l.stream, Expected: expected, Records: records[:n:n], Done: l.onOutcomeFunc}
		if n == len(records) {
			a.Memo, memo = memo, nil
		}
		l.submitted++
		l.Journal.Append(a)
		expected += persistence.Seq(n)
		records = records[n:]
	}
}

// countFitting counts the first records that one append can hold beside a memo, at least one.
func countFitting(records [][]byte) int {
	size := 0
	for n, r := range records {
		size += len(r)
		if n > 0 && (n == persistence.MaxAppendRecords || size > persistence.MaxAppendBytes-persistence.MaxMemoBytes) {
			return n
		}
	}
	return len(records)
}

// answerQuery reads the state. The answer waits behind everything decided before, but not
// for a disk that hangs.
func (l *Ledger[F, S]) answerQuery(q *Query[S]) {
	if l.pending.Len() > 0 && l.Journal.Waiting() >= persistence.StalledAfter {
		q.Respond(nil, ErrStalled())
		return
	}
	answer, err := q.Read(l.State, l.seq)
	l.pending.Push(pendingReply{append: l.submitted, answer: answer, err: err, request: q, barrier: q.Barrier})
}

// recoverPanic calls f and turns a panic of the state machine into an error for the request
// and false. The state may be half changed then, so it is loaded again before anything else
// is decided; what f applied but did not submit is forgotten.
func (l *Ledger[F, S]) recoverPanic(r Request, f func()) (ok bool) {
	seq, facts, events := l.seq, l.facts.Len(), l.events.Len()
	defer func() {
		p := recover()
		if p == nil {
			return
		}
		l.Log.Error().Interface("panic", p).Str("stream", l.stream).Bytes("stack", debug.Stack()).Msg("state machine panicked, loading its state again from the journal")
		l.Counters.Restarts.Add(1)
		l.seq = seq
		l.facts.Truncate(facts)
		l.events.Truncate(events)
		l.mustReload = true
		r.Respond(nil, protocol.Internal())
	}()
	f()
	return true
}
