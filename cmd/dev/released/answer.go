package released

import (
	"encoding/json"
	"fmt"
	"reflect"
	"slices"
	"strings"
	"time"
)

// Evening is what a release has left, beside its folder and its backup.
type Evening struct {
	// Version is what the program says of itself.
	Version string `json:"version"`
	// At is when the answers were given: tokens and logs of webhooks grow old.
	At time.Time `json:"at"`
	// Bot is a token of that role that holds until Expires; Overlay one of a viewer that
	// was revoked.
	Bot     string    `json:"bot"`
	Expires time.Time `json:"expires"`
	Overlay string    `json:"overlay"`
	// Code opens the active session to phones.
	Code string `json:"code"`
	// Answers are those of all reads that answer in JSON.
	Answers []Answer `json:"answers"`
}

// Answer is one of them, to an admin.
type Answer struct {
	Path   string          `json:"path"`
	Status int             `json:"status"`
	Body   json.RawMessage `json:"body"`
}

// Lacks says what of the answer is not in another one, which may hold more: fields that
// came later. It is "" when nothing lacks.
func (a *Answer) Lacks(status int, body []byte) string {
	if status != a.Status {
		return fmt.Sprintf("status %d, was %d: %s", status, a.Status, body)
	}
	var was, is any
	if err := json.Unmarshal(a.Body, &was); err != nil {
		return "the recorded answer is no JSON: " + err.Error()
	}
	if err := json.Unmarshal(body, &is); err != nil {
		return "no JSON: " + err.Error()
	}
	return strings.Join(lacks("", was, is), "\n")
}

func lacks(at string, was, is any) (all []string) {
	switch was := was.(type) {
	case map[string]any:
		fields, ok := is.(map[string]any)
		if !ok {
			return []string{fmt.Sprintf("%s is %v, was an object", at, is)}
		}
		for name, v := range was {
			all = append(all, lacks(at+"."+name, v, fields[name])...)
		}
		slices.Sort(all)
		return all
	case []any:
		list, ok := is.([]any)
		if !ok || len(list) != len(was) {
			return []string{fmt.Sprintf("%s is %v, was a list of %d", at, is, len(was))}
		}
		for i := range was {
			all = append(all, lacks(fmt.Sprintf("%s[%d]", at, i), was[i], list[i])...)
		}
		return all
	}
	if !reflect.DeepEqual(was, is) {
		return []string{fmt.Sprintf("%s is %v, was %v", at, is, was)}
	}
	return nil
}
