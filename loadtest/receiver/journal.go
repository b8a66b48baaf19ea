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
	mu     sync.Mutex
	sights []*webhook.Sight
}

// open notes a request; close notes its end.
func (j *journal) open(s *webhook.Sight) {
	j.mu.Lock()
	defer j.mu.Unlock()
	j.sights = append(j.sights, s)
}

func (j *journal) close(s *webhook.Sight, status int) {
	now := time.Now().UnixNano()
	j.mu.Lock()
	defer j.mu.Unlock()
	s.Ended, s.Status = now, status
}

// ServeHTTP tells the journal, a line of JSON for each sight.
func (j *journal) ServeHTTP(w http.ResponseWriter, _ *http.Request) {
	j.mu.Lock()
	defer j.mu.Unlock()
	e := json.NewEncoder(w)
	for _, s := range j.sights {
		if e.Encode(s) != nil {
			return
		}
	}
}
