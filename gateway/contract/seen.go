package contract

import (
	"fmt"
	"strconv"
)

// note remembers what an operation was seen to answer.
func (c *Checker) note(o *Operation, x Exchange) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.seen[o.ID] == nil {
		c.seen[o.ID], c.heard[o.ID] = map[string]bool{}, map[Sentence]bool{}
	}
	c.seen[o.ID][strconv.Itoa(x.Status)] = true
	if s := x.sentence(); s.Code != "" {
		c.heard[o.ID][s] = true
	}
}

// Missing returns a sentence for each status that an operation is described with and
// was not seen with, and for each error shown in the description that was never heard.
func (c *Checker) Missing() []string {
	c.mu.Lock()
	defer c.mu.Unlock()
	var missing []string
	for _, o := range c.operations {
		for _, status := range o.Statuses {
			if !c.seen[o.ID][status] {
				missing = append(missing, fmt.Sprintf("%s was not seen with %s", o.ID, status))
				continue
			}
			for _, s := range o.Examples[status] {
				if !c.was(o.ID, s) {
					missing = append(missing, fmt.Sprintf("%s: nobody was told %q (%s)", o.ID, s.Error, s.Code))
				}
			}
		}
	}
	return missing
}

// was says whether the sentence was heard of the operation or, when it is shared, of any.
func (c *Checker) was(op string, s Sentence) bool {
	told := Sentence{Code: s.Code, Error: s.Error}
	if c.heard[op][told] {
		return true
	}
	for other := range c.heard {
		if s.Shared && c.heard[other][told] {
			return true
		}
	}
	return false
}
