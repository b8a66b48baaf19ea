// Package house holds the rules of the house as checks that fail: which room may
// import which, which library lives where, which files may start a goroutine, what
// a package must say about itself, how long a file may grow, and what may stand at
// the top level.
//
// The rules are data, one table each, with a reason in every row that is an
// exception. The package reads source, it runs nothing. It must not grow opinions
// that gofmt, vet or staticcheck have already.
package house
