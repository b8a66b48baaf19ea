//go:build !unix

package siege

// stepBack does nothing where there are no priorities to give.
func stepBack() error { return nil }
