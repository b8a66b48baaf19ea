//go:build !race

package live_test

// rush is how many connect at once.
const rush = 5000
