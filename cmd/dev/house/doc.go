// Package house holds the project's rules as checks that fail: which package may import which,
// which library is used where, which files may start a goroutine, what a package must say
// about itself, how long a file may be, and what may be at the top level.
//
// The rules are data, one table each, with a reason in every row that is an exception. The
// package reads source, it runs nothing. It must not repeat what gofmt, vet or staticcheck
// check already.
package house
