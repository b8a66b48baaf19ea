// Package persistence is the contract of the journal: the one place where
// Partyline keeps what happened.
//
// A journal is a set of streams. A stream belongs to one writer (a session, the
// catalogue, …) and is a gapless run of records numbered from 1. All records of
// all streams also stand in one global order, numbered by position. Every consumer
// of what happens, a screen, a projection, a webhook, is a cursor into one of these
// two orders: nothing is queued for it and nothing written twice.
//
// The package stores bytes. It must not know what a vote is: it imports nothing
// of Partyline, and no library. The implementations are persistence/badger, on
// disk, and persistence/memory, its twin for tests; persistence/journaltest is
// the one suite that both must pass.
//
// The contract is kept narrow on purpose (append behind an expected sequence,
// read a stream from a sequence, read the global order from a position), so that
// a distributed log can stand behind it one day.
package persistence
