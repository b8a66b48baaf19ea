// Package journaltest is the one suite that every journal must pass: the contract
// of package persistence as tests.
//
// It must not know which journal it tests. What only the disk can do is tested beside
// that journal.
package journaltest
