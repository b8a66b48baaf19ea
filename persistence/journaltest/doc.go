// Package journaltest is the one suite that every journal must pass: the contract
// of package persistence, said in tests.
//
// It must not know which journal it tests. What only a disk can do, its own tests
// try beside it.
package journaltest
