package contract

import (
	"fmt"
	"maps"
	"net/url"
	"slices"
	"strings"

	"go.yaml.in/yaml/v4"
)

// Operation is an operation of the description.
type Operation struct {
	// ID is the operationId: the op of the table where it is in the table.
	ID, Method, Path string
	// Statuses are those it is documented to answer with, in order.
	Statuses []string
	// Examples are the errors that it is shown to answer with, by status.
	Examples map[string][]Sentence
}

// Sentence is the code and message of an error.
type Sentence struct {
	Code, Error string
	// Shared says that the example belongs to several operations; it needs to be true
	// of one of them.
	Shared bool
}

var methods = []string{"get", "put", "post", "patch", "delete"}

// tree is an untyped YAML document.
type tree = map[string]any

func parse(text string) (tree, error) {
	var t tree
	if err := yaml.Unmarshal([]byte(text), &t); err != nil {
		return nil, fmt.Errorf("description: %w", err)
	}
	return t, nil
}

// Closed returns the description with additionalProperties: false in every schema without
// it, so that an undocumented field fails a test. Example responses are left out.
func Closed(v any) any {
	switch v := v.(type) {
	case tree:
		out := make(tree, len(v)+1)
		for key, value := range v {
			if _, ofContent := value.(tree); ofContent && key == "examples" {
				continue // for readers; one may refer to what is only about to be written
			}
			out[key] = Closed(value)
		}
		_, fields := v["properties"].(tree)
		if _, open := v["additionalProperties"]; fields && !open {
			out["additionalProperties"] = false
		}
		return out
	case []any:
		out := make([]any, len(v))
		for i := range v {
			out[i] = Closed(v[i])
		}
		return out
	}
	return v
}

// operations lists the operations of all paths.
func operations(doc tree) []Operation {
	var all []Operation
	paths := at(doc, "paths")
	for _, path := range slices.Sorted(maps.Keys(paths)) {
		for _, method := range methods {
			o := at(paths, path, method)
			if o == nil {
				continue
			}
			id, _ := o["operationId"].(string)
			op := Operation{ID: id, Method: strings.ToUpper(method), Path: path, Examples: map[string][]Sentence{}}
			responses := at(o, "responses")
			for _, status := range slices.Sorted(maps.Keys(responses)) {
				op.Statuses = append(op.Statuses, status)
				op.Examples[status] = sentences(doc, at(responses, status))
			}
			all = append(all, op)
		}
	}
	return all
}

// sentences returns the error examples of a response.
func sentences(doc, response tree) []Sentence {
	ref, shared := response["$ref"].(string)
	if shared {
		response = at(doc, strings.Split(strings.TrimPrefix(ref, "#/"), "/")...)
	}
	var all []Sentence
	examples := at(response, "content", "application/json", "examples")
	for _, name := range slices.Sorted(maps.Keys(examples)) {
		v := at(examples, name, "value")
		code, _ := v["code"].(string)
		text, _ := v["error"].(string)
		if code != "" {
			all = append(all, Sentence{Code: code, Error: text, Shared: shared})
		}
	}
	return all
}

// at returns the value at the keys, nil if one is missing.
func at(t tree, keys ...string) tree {
	for _, key := range keys {
		t, _ = t[key].(tree)
	}
	return t
}

// find returns the matching path of the description, "" if there is none. From the left, a
// fixed segment has priority over a parameter.
func find(ops []Operation, path string) string {
	best := ""
	for _, o := range ops {
		if fits(o.Path, path) && (best == "" || closer(o.Path, best)) {
			best = o.Path
		}
	}
	return best
}

func fits(pattern, path string) bool {
	want, got := strings.Split(pattern, "/"), strings.Split(path, "/")
	if len(want) != len(got) {
		return false
	}
	for i := range want {
		if parameter := strings.HasPrefix(want[i], "{"); want[i] != got[i] && (!parameter || got[i] == "") {
			return false
		}
	}
	return true
}

// parameters returns the values of a path's parameters, unescaped.
func parameters(pattern, path string) map[string]string {
	all, got := map[string]string{}, strings.Split(path, "/")
	for i, want := range strings.Split(pattern, "/") {
		name, ok := strings.CutPrefix(want, "{")
		if value, err := url.PathUnescape(got[i]); ok && err == nil {
			all[strings.TrimSuffix(name, "}")] = value
		}
	}
	return all
}

// closer reports whether a is more specific than b, which has the same number of segments.
func closer(a, b string) bool {
	x, y := strings.Split(a, "/"), strings.Split(b, "/")
	for i := range x {
		if p, q := strings.HasPrefix(x[i], "{"), strings.HasPrefix(y[i], "{"); p != q {
			return q
		}
	}
	return false
}
