package contract_test

import (
	"bytes"
	"encoding/json"
	"strconv"
	"strings"
	"testing"

	"github.com/santhosh-tekuri/jsonschema/v6"
	"go.yaml.in/yaml/v4"

	"partyline/gateway/contract"
	"partyline/protocol"
)

// compiler knows the schemas of both descriptions, closed: a field that is not
// described does not fit.
func compiler(t *testing.T) *jsonschema.Compiler {
	t.Helper()
	c := jsonschema.NewCompiler()
	c.DefaultDraft(jsonschema.Draft2020)
	c.AssertFormat()
	for name, text := range map[string]string{"openapi.yaml": protocol.OpenAPI, "asyncapi.yaml": protocol.AsyncAPI} {
		if err := c.AddResource(name, jsonOf(t, contract.Closed(parsed(t, text)))); err != nil {
			t.Fatal(err)
		}
	}
	return c
}

func parsed(t *testing.T, text string) map[string]any {
	t.Helper()
	var doc map[string]any
	if err := yaml.Unmarshal([]byte(text), &doc); err != nil {
		t.Fatal(err)
	}
	return doc
}

// jsonOf is the value as JSON would have it.
func jsonOf(t *testing.T, v any) any {
	t.Helper()
	b, err := json.Marshal(v)
	if err != nil {
		t.Fatal(err)
	}
	out, err := jsonschema.UnmarshalJSON(bytes.NewReader(b))
	if err != nil {
		t.Fatal(err)
	}
	return out
}

// walk visits every object, with a JSON pointer to it.
func walk(v any, at string, visit func(at string, node map[string]any)) {
	switch v := v.(type) {
	case map[string]any:
		visit(at, v)
		for key, value := range v {
			walk(value, at+"/"+strings.NewReplacer("~", "~0", "/", "~1", "{", "%7B", "}", "%7D").Replace(key), visit)
		}
	case []any:
		for i, value := range v {
			walk(value, at+"/"+strconv.Itoa(i), visit)
		}
	}
}
