//go:build !linux

package wire

// Watcher reads connections, each in the goroutine that watches it.
type Watcher struct{}

// NewWatcher ignores readers.
func NewWatcher(readers int) (*Watcher, error) { return &Watcher{}, nil }

// Watch calls f with every message until the connection ends, and returns why. c.Close ends it.
func (w *Watcher) Watch(c *Conn, f func(message []byte)) error { return c.serve(f) }

// Close has nothing to do.
func (w *Watcher) Close() error { return nil }
