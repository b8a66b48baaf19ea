// Package usage says what the bytes of a journal are for: votes and other events, webhooks,
// snapshots, the largest sessions, the growth, and what keeping votes for so long would free.
// It gets entries and records with their sizes and adds them up; it must not read a journal.
package usage
