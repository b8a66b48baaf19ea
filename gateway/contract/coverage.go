package contract

import (
	"fmt"
	"strconv"
)

// note records the status and error of an operation.
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

// Missing returns a message for each documented status of an operation and each documented
// error that was not seen.
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

// was reports whether the error was seen from the operation or, if shared, from any.
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
