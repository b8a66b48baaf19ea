// Package fake is a small server that keeps the part of the contract that the load
// tests use, in memory, and that can be told to break it: to lose, double, swap or
// alter an event, to acknowledge a vote it never records, to forget one when it is
// killed. It exists so that the oracle, the crowd and the crash test are themselves
// tested: each fault must be found.
//
// It is for tests only and must stay simple enough to be believed by reading it.
package fake
