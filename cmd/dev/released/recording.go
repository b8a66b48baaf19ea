package released

import (
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"reflect"
	"slices"
	"strings"
	"time"
)

// Recording is what was recorded of a release, beside its folder and its backup.
type Recording struct {
	// Version is what the program prints as its version.
	Version string `json:"version"`
	// At is when the answers were recorded: tokens expire and logs of webhooks are trimmed.
	At time.Time `json:"at"`
	// Bot is a token of that role, valid until Expires; Overlay a viewer's that was revoked.
	Bot     string    `json:"bot"`
	Expires time.Time `json:"expires"`
	Overlay string    `json:"overlay"`
	// Code is the join code of the active session.
	Code string `json:"code"`
	// Answers are the responses of all reads that return JSON.
	Answers []Answer `json:"answers"`
}

// Answer is one response, to an admin.
type Answer struct {
	Path   string          `json:"path"`
	Status int             `json:"status"`
	Body   json.RawMessage `json:"body"`
}

// Missing describes what of the answer is missing or different in another one, which may
// contain more: fields that were added later. It is "" when nothing is.
func (a *Answer) Missing(status int, body []byte) string {
	if status != a.Status {
		return fmt.Sprintf("status %d, was %d: %s", status, a.Status, body)
	}
	var was, is any
	if err := json.Unmarshal(a.Body, &was); err != nil {
		return "the recorded answer is not JSON: " + err.Error()
	}
	if err := json.Unmarshal(body, &is); err != nil {
		return "not JSON: " + err.Error()
	}
	return strings.Join(missing("", was, is), "\n")
}

func missing(at string, was, is any) (all []string) {
	switch was := was.(type) {
	case map[string]any:
		fields, ok := is.(map[string]any)
		if !ok {
			return []string{fmt.Sprintf("%s is %v, was an object", at, is)}
		}
		for name, v := range was {
			all = append(all, missing(at+"."+name, v, fields[name])...)
		}
		slices.Sort(all)
		return all
	case []any:
		list, ok := is.([]any)
		if !ok || len(list) != len(was) {
			return []string{fmt.Sprintf("%s is %v, was a list of %d", at, is, len(was))}
		}
		for i := range was {
			all = append(all, missing(fmt.Sprintf("%s[%d]", at, i), was[i], list[i])...)
		}
		return all
	}
	if !reflect.DeepEqual(was, is) {
		return []string{fmt.Sprintf("%s is %v, was %v", at, is, was)}
	}
	return nil
}

// Load reads what Record has written beside folder and backup.
func Load(folder string) (*Recording, error) {
	b, err := os.ReadFile(filepath.Join(folder, AnswersFile))
	if err != nil {
		return nil, err
	}
	recording := new(Recording)
	if err := json.Unmarshal(b, recording); err != nil {
		return nil, fmt.Errorf("%s: %w", AnswersFile, err)
	}
	return recording, nil
}
