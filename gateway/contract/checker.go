package contract

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"sync"

	"github.com/getkin/kin-openapi/openapi3"
	"github.com/getkin/kin-openapi/openapi3filter"
	"github.com/getkin/kin-openapi/routers"

	"partyline/protocol"
)

// Checker validates HTTP exchanges against the description and records what was seen. It
// is safe for concurrent use.
type Checker struct {
	operations []Operation
	document   *openapi3.T

	mu    sync.Mutex
	seen  map[string]map[string]bool
	heard map[string]map[Sentence]bool
}

// New loads protocol.OpenAPI. It takes a few hundred milliseconds; share the Checker.
func New() (*Checker, error) {
	doc, err := parse(protocol.OpenAPI)
	if err != nil {
		return nil, err
	}
	text, err := json.Marshal(Closed(doc))
	if err != nil {
		return nil, fmt.Errorf("description: %w", err)
	}
	document, err := openapi3.NewLoader().LoadFromData(text)
	if err != nil {
		return nil, fmt.Errorf("description: %w", err)
	}
	if err := document.Validate(context.Background()); err != nil {
		return nil, fmt.Errorf("description: %w", err)
	}
	// Only JSON is decoded. Everything else (pages, pictures, CSV, the descriptions) is
	// described as text.
	for _, medium := range []string{"*/*", "application/yaml", "text/csv"} {
		openapi3filter.RegisterBodyDecoder(medium, openapi3filter.FileBodyDecoder)
	}
	return &Checker{operations: operations(doc), document: document, seen: map[string]map[string]bool{}, heard: map[string]map[Sentence]bool{}}, nil
}

// Operations returns the operations of the description, by path and method.
func (c *Checker) Operations() []Operation { return slices.Clone(c.operations) }

// Exchange is a request and its response, with bodies read.
type Exchange struct {
	Request      *http.Request // its body is not looked at
	RequestBody  []byte
	Status       int
	Header       http.Header
	ResponseBody []byte
}

// Check returns a message for each violation of the description. A request must be valid
// only if it was not refused.
func (c *Checker) Check(x Exchange) []string {
	o, path := c.find(x.Request)
	if o == nil {
		return c.checkUnknown(x, path)
	}
	c.note(o, x)
	if x.Request.Method == http.MethodHead || x.Status == http.StatusSwitchingProtocols {
		return undocumented(o, x)
	}
	ctx, request := x.Request.Context(), c.input(o, x)
	var faults []string
	if x.Status < http.StatusBadRequest {
		faults = told(x, "request", openapi3filter.ValidateRequest(ctx, request))
	}
	response := &openapi3filter.ResponseValidationInput{RequestValidationInput: request, Status: x.Status, Header: x.Header,
		Body: io.NopCloser(bytes.NewReader(x.ResponseBody)), Options: request.Options}
	faults = append(faults, told(x, "response", openapi3filter.ValidateResponse(ctx, response))...)
	return append(faults, undocumented(o, x)...)
}

// input converts the request of an exchange for the validator.
func (c *Checker) input(o *Operation, x Exchange) *openapi3filter.RequestValidationInput {
	item := c.document.Paths.Value(o.Path)
	return &openapi3filter.RequestValidationInput{
		Request:    x.request(),
		PathParams: parameters(o.Path, x.Request.URL.EscapedPath()),
		Route:      &routers.Route{Spec: c.document, Path: o.Path, PathItem: item, Method: o.Method, Operation: item.GetOperation(o.Method)},
		Options: &openapi3filter.Options{MultiError: true, RejectWhenRequestBodyNotSpecified: true, SkipSettingDefaults: true,
			AuthenticationFunc: bearer, SchemaValidationOptions: formats},
	}
}

// formats defines formats of the description that the validator does not know.
var formats = []openapi3.SchemaValidationOption{
	openapi3.WithStringFormatValidator("uri", openapi3.NewCallbackValidator(func(s string) error {
		u, err := url.Parse(s)
		if err == nil && !u.IsAbs() {
			err = errors.New("not an absolute URI")
		}
		return err
	})),
}

// bearer checks that a request has the token that its operation requires.
func bearer(_ context.Context, in *openapi3filter.AuthenticationInput) error {
	if in.RequestValidationInput.Request.Header.Get("Authorization") == "" {
		return errors.New("answered without a token")
	}
	return nil
}

// find returns the operation of a request, nil if there is none; path is empty if there is
// no such path. HEAD counts as GET.
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

// checkUnknown checks for 404 for an unknown path and 405 with Allow for a wrong method,
// both as JSON.
func (c *Checker) checkUnknown(x Exchange, path string) []string {
	want := http.StatusNotFound
	if path != "" {
		want = http.StatusMethodNotAllowed
	}
	switch x.Status {
	case http.StatusForbidden, http.StatusNoContent: // a foreign page, and the preflight of an allowed one
		return nil
	case http.StatusTooManyRequests: // of an address that asks too much of what is no operation
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

func told(x Exchange, what string, err error) []string {
	if err == nil {
		return nil
	}
	body := fmt.Sprintf("%.500s", x.RequestBody)
	if what == "response" {
		body = fmt.Sprintf("%d %.500s", x.Status, x.ResponseBody)
	}
	return []string{fmt.Sprintf("%s: %s: %v: %s", x.name(), what, err, body)}
}

func (x Exchange) name() string { return x.Request.Method + " " + x.Request.URL.RequestURI() }

// request returns the request with a readable body.
func (x Exchange) request() *http.Request {
	r := x.Request.Clone(x.Request.Context())
	r.Body, r.ContentLength = io.NopCloser(bytes.NewReader(x.RequestBody)), int64(len(x.RequestBody))
	return r
}

func (x Exchange) sentence() Sentence {
	var s struct{ Error, Code string }
	if json.Unmarshal(x.ResponseBody, &s) != nil {
		return Sentence{}
	}
	return Sentence{Code: s.Code, Error: s.Error}
}
