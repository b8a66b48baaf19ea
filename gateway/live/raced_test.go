//go:build race

package live_test

// rush is how many connect at once: the race detector makes each ten times as dear.
const rush = 1000
