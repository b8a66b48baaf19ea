// Package stats measures what takes how much of a journal: it walks over all keys once and
// hands each entry, with its size, to the caller, who knows what records hold. It writes
// nothing, and leaves judging damage to package verify.
package stats
