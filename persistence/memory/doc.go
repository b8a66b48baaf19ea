// Package memory is the journal for tests: everything the contract promises but
// durability, in memory.
//
// Its commits come from a goroutine of their own, as on disk, so that the time
// between an append and its commit is real. Tests hold that time open with Hold,
// and make commits fail with FailNext, Refuse and the Faults. It runs inside a
// testing/synctest bubble: memos expire by the bubble's clock.
//
// It must not be kinder than the disk. What it yields is overwritten at the next
// step of an iteration, and positions are given stream by stream within a commit.
package memory
