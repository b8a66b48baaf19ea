package contract

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"slices"
	"strconv"
	"sync"

	"github.com/pb33f/libopenapi"
	validator "github.com/pb33f/libopenapi-validator"
	"github.com/pb33f/libopenapi-validator/config"
	"github.com/pb33f/libopenapi-validator/errors"
	"go.yaml.in/yaml/v4"

	"partyline/protocol"
)

// Checker holds HTTP exchanges against the description and remembers which it has
// seen. It may be used from any goroutine.
type Checker struct {
	operations []Operation

	mu        sync.Mutex // the validator is not said to be safe
	validator validator.Validator
	seen      map[string]map[string]bool
	heard     map[string]map[Sentence]bool
}

// New reads protocol.OpenAPI. It takes a few hundred milliseconds; share one.
func New() (*Checker, error) {
	doc, err := parse(protocol.OpenAPI)
	if err != nil {
		return nil, err
	}
	text, err := yaml.Marshal(Closed(doc))
	if err != nil {
		return nil, fmt.Errorf("description: %w", err)
	}
	model, err := libopenapi.NewDocument(text)
	if err != nil {
		return nil, fmt.Errorf("description: %w", err)
	}
	v, faults := validator.NewValidator(model, config.WithFormatAssertions())
	if len(faults) > 0 {
		return nil, fmt.Errorf("description: %w", faults[0])
	}
	c := &Checker{operations: operations(doc), validator: v, seen: map[string]map[string]bool{}, heard: map[string]map[Sentence]bool{}}
	return c, nil
}

// Operations are those of the description, by path and method.
func (c *Checker) Operations() []Operation { return slices.Clone(c.operations) }

// Exchange is a request and its answer, bodies read.
type Exchange struct {
	Request      *http.Request // its body is not looked at
	RequestBody  []byte
	Status       int
	Header       http.Header
	ResponseBody []byte
}

// Check returns a sentence for each promise that the exchange breaks. A request needs
// to be as described only when it was not refused.
func (c *Checker) Check(x Exchange) []string {
	c.mu.Lock()
	defer c.mu.Unlock()
	o, path := c.find(x.Request)
	if o == nil {
		return c.checkUnknown(x, path)
	}
	c.note(o, x)
	if x.Request.Method == http.MethodHead || x.Status == http.StatusSwitchingProtocols {
		return undocumented(o, x)
	}
	var faults []string
	if x.Status < http.StatusBadRequest {
		_, errs := c.validator.ValidateHttpRequestSync(x.request())
		faults = append(faults, told(x, "request", errs)...)
	}
	_, errs := c.validator.ValidateHttpResponse(x.request(), x.response())
	return append(append(faults, told(x, "response", errs)...), undocumented(o, x)...)
}

// find is nil for what the description does not have; path is empty when it has not
// even the path. A HEAD is a GET.
func (c *Checker) find(r *http.Request) (o *Operation, path string) {
	path = find(c.operations, r.URL.EscapedPath())
	method := r.Method
	if method == http.MethodHead {
		method = http.MethodGet
	}
	for i := range c.operations {
		if c.operations[i].Path == path && c.operations[i].Method == method {
			return &c.operations[i], path
		}
	}
	return nil, path
}

// checkUnknown wants 404 for an unknown path and 405 with Allow for a wrong method,
// both as JSON.
func (c *Checker) checkUnknown(x Exchange, path string) []string {
	want := http.StatusNotFound
	if path != "" {
		want = http.StatusMethodNotAllowed
	}
	switch x.Status {
	case http.StatusForbidden, http.StatusNoContent: // a foreign page, and the preflight of an allowed one
		return nil
	case want:
	default:
		return []string{fmt.Sprintf("%s: not described, answered %d", x.name(), x.Status)}
	}
	if x.Request.Method == http.MethodHead {
		return nil
	}
	if s := x.sentence(); s.Code != string(protocol.CodeNotFound) && s.Code != string(protocol.CodeMethod) {
		return []string{fmt.Sprintf("%s: answered %d without its code: %s", x.name(), x.Status, x.ResponseBody)}
	}
	if want == http.StatusMethodNotAllowed && x.Header.Get("Allow") == "" {
		return []string{x.name() + ": 405 without Allow"}
	}
	return nil
}

func undocumented(o *Operation, x Exchange) []string {
	if slices.Contains(o.Statuses, strconv.Itoa(x.Status)) {
		return nil
	}
	return []string{fmt.Sprintf("%s: %s is not described with %d: %s", x.name(), o.ID, x.Status, x.ResponseBody)}
}

func told(x Exchange, what string, errs []*errors.ValidationError) []string {
	var all []string
	for _, e := range errs {
		line := fmt.Sprintf("%s: %s: %s: %s", x.name(), what, e.Message, e.Reason)
		for _, s := range e.SchemaValidationErrors {
			line += fmt.Sprintf("; %s: %s", s.FieldPath, s.Reason)
		}
		if what == "response" {
			line += fmt.Sprintf(": %d %.500s", x.Status, x.ResponseBody)
		} else {
			line += fmt.Sprintf(": %.500s", x.RequestBody)
		}
		all = append(all, line)
	}
	return all
}

func (x Exchange) name() string { return x.Request.Method + " " + x.Request.URL.RequestURI() }

// request is the request with a body to read.
func (x Exchange) request() *http.Request {
	r := x.Request.Clone(x.Request.Context())
	r.Body, r.ContentLength = io.NopCloser(bytes.NewReader(x.RequestBody)), int64(len(x.RequestBody))
	return r
}

func (x Exchange) response() *http.Response {
	return &http.Response{StatusCode: x.Status, Header: x.Header, Body: io.NopCloser(bytes.NewReader(x.ResponseBody)), ContentLength: int64(len(x.ResponseBody)), Request: x.Request}
}

func (x Exchange) sentence() Sentence {
	var s struct{ Error, Code string }
	if json.Unmarshal(x.ResponseBody, &s) != nil {
		return Sentence{}
	}
	return Sentence{Code: s.Code, Error: s.Error}
}
