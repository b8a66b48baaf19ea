package target

import "sync"

// lastBytes is room for the trace of a panic.
const lastBytes = 8 << 10

// lastOutput keeps the last of what a process has written.
type lastOutput struct {
	mu  sync.Mutex
	end []byte
}

// Write implements io.Writer.
func (w *lastOutput) Write(b []byte) (int, error) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.end = append(w.end, b...)
	if spare := len(w.end) - lastBytes; spare > 0 {
		w.end = append(w.end[:0], w.end[spare:]...)
	}
	return len(b), nil
}

func (w *lastOutput) String() string {
	w.mu.Lock()
	defer w.mu.Unlock()
	return string(w.end)
}
