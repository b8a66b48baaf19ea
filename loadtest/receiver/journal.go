package receiver

import (
	"encoding/json"
	"net/http"
	"sync"
	"time"

	"partyline/loadtest/oracle/webhook"
)

// journal is what all endpoints saw, in memory: the process is not the one that is
// killed.
type journal struct {
	mu       sync.Mutex
	requests []*webhook.Request
}

// open notes a request; close notes its end.
func (j *journal) open(s *webhook.Request) {
	j.mu.Lock()
	defer j.mu.Unlock()
	j.requests = append(j.requests, s)
}

func (j *journal) close(s *webhook.Request, status int) {
	now := time.Now().UnixNano()
	j.mu.Lock()
	defer j.mu.Unlock()
	s.Ended, s.Status = now, status
}

// ServeHTTP tells the journal, a line of JSON for each request.
func (j *journal) ServeHTTP(w http.ResponseWriter, _ *http.Request) {
	j.mu.Lock()
	defer j.mu.Unlock()
	e := json.NewEncoder(w)
	for _, s := range j.requests {
		if e.Encode(s) != nil {
			return
		}
	}
}
