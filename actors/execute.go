package actors

import (
	"runtime/debug"

	"partyline/persistence"
	"partyline/protocol"
)

// execute decides a command, applies its facts and hands them to the journal. The
// answer is promised for when they are durable.
func (l *ledger[F, H]) execute(c *command) {
	facts, refusal := l.state.Decide(l.decided[:0], c.cmd, l.clock.moment())
	l.decided = facts[:0]
	var answer any
	if refusal == nil {
		records := c.records[:0]
		for _, f := range facts {
			records = append(records, l.apply(f))
		}
		answer = l.state.Answer(c.cmd, facts)
		l.submit(records, c.memo.memo(answer, nil, len(records)))
	} else {
		facts = nil
		l.submit(nil, c.memo.memo(nil, refusal, 0))
	}
	l.promises.push(promise{ticket: l.submitted, facts: len(facts), answer: answer, err: refusal, asker: c})
}

// maxScratch is the largest buffer that a ledger keeps for its next fact. A chat log
// must not stay in memory twice for as long as its session is awake.
const maxScratch = 64 << 10

// apply changes the speculative state and makes the record.
func (l *ledger[F, H]) apply(f F) []byte {
	l.seq++
	l.state.Apply(f, l.seq)
	l.scratch.fact = l.appendFact(l.scratch.fact[:0], f)
	l.scratch.event = l.state.Publish(l.scratch.event[:0], f, l.seq)
	record, event := newRecord(l.scratch.fact, l.scratch.event)
	if cap(l.scratch.fact) > maxScratch {
		l.scratch.fact = nil
	}
	l.facts.push(f)
	l.events.push(event)
	return record
}

// submit hands records to the journal, in as many appends as its limits ask for. Only
// the votes of a batch can need more than one, and the parts of a large import, which
// mean nothing before its last.
func (l *ledger[F, H]) submit(records [][]byte, memo *persistence.Memo) {
	expected := persistence.Seq(l.seq) - persistence.Seq(len(records))
	for len(records) > 0 || memo != nil {
		n := fitting(records)
		a := persistence.Append{Stream: l.stream, Expected: expected, Records: records[:n:n], Done: l.heard}
		if n == len(records) {
			a.Memo, memo = memo, nil
		}
		l.submitted++
		l.journal.Append(a)
		expected += persistence.Seq(n)
		records = records[n:]
	}
}

// fitting counts the first records that one append can hold beside a memo, at least one.
func fitting(records [][]byte) int {
	size := 0
	for n, r := range records {
		size += len(r)
		if n > 0 && (n == persistence.MaxAppendRecords || size > persistence.MaxAppendBytes-persistence.MaxMemoBytes) {
			return n
		}
	}
	return len(records)
}

// ask reads the state. The answer waits behind everything decided before, but not for a
// disk that hangs.
func (l *ledger[F, H]) ask(q *query[H]) {
	if l.promises.len() > 0 && l.journal.Waiting() >= persistence.StalledAfter {
		q.reply(nil, errStalled())
		return
	}
	answer, err := q.read(l.state, l.seq)
	l.promises.push(promise{ticket: l.submitted, answer: answer, err: err, asker: q, barrier: q.barrier})
}

// guard turns a panic of the state into an answer and false. The state may be half
// changed then, so it is read again from the journal before anything else is
// decided. What was applied but not submitted is forgotten.
func (l *ledger[F, H]) guard(a asker, f func()) (fine bool) {
	seq, facts, events := l.seq, l.facts.len(), l.events.len()
	defer func() {
		r := recover()
		if r == nil {
			return
		}
		l.log.Error().Interface("panic", r).Str("stream", l.stream).Bytes("stack", debug.Stack()).Msg("state machine panicked, reading its state again from the journal")
		l.gauges.restarted()
		l.seq = seq
		l.facts.trim(facts)
		l.events.trim(events)
		l.suspect = true
		a.reply(nil, protocol.Internal())
	}()
	f()
	return true
}
