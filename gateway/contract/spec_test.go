package contract_test

import (
	"maps"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/santhosh-tekuri/jsonschema/v6"
	"go.yaml.in/yaml/v4"

	"partyline/protocol"
)

// TestTableAndDescriptionAreOne: every row is described with its method and path, and
// what is described is a row or pending.
func TestTableAndDescriptionAreOne(t *testing.T) {
	t.Parallel()
	described := map[string]string{}
	for _, o := range checker(t).Operations() {
		described[o.ID] = o.Method + " " + o.Path
	}
	for _, row := range protocol.Operations() {
		if got, want := described[row.Op], row.Method+" "+row.Path; got != want {
			t.Errorf("%s is %q in the table, %q in the description", row.Op, want, got)
		}
		if why, ok := pending[row.Op]; ok {
			t.Errorf("%s is served and still pending: %s", row.Op, why)
		}
	}
	for op := range pending {
		if described[op] == "" {
			t.Errorf("%s is pending and not described", op)
		}
	}
}

// TestRoutesAndDescriptionAreOne: what is served is described, and the other way round.
func TestRoutesAndDescriptionAreOne(t *testing.T) {
	t.Parallel()
	h := newTestServer(t, checker(t), options{})
	var described []string
	for _, o := range h.checker.Operations() {
		if pending[o.ID] == "" {
			described = append(described, o.Method+" "+o.Path)
		}
	}
	// One file of the page has a route of its own: /docs/{file} describes them all.
	served := slices.DeleteFunc(h.gateway.Routes(), func(r string) bool { return r == "GET /docs/start.js" })
	slices.Sort(described)
	if d := cmp.Diff(described, served); d != "" {
		t.Errorf("-described +served\n%s", d)
	}
}

// TestCodesAreDescribed: the list of codes is that of the protocol.
func TestCodesAreDescribed(t *testing.T) {
	t.Parallel()
	var doc struct {
		Components struct {
			Schemas struct {
				Error struct {
					Properties struct {
						Code struct {
							Enum []protocol.Code
						}
					}
				} `yaml:"Error"`
			}
		}
	}
	if err := yaml.Unmarshal([]byte(protocol.OpenAPI), &doc); err != nil {
		t.Fatal(err)
	}
	got := doc.Components.Schemas.Error.Properties.Code.Enum
	slices.Sort(got)
	if d := cmp.Diff(slices.Sorted(maps.Keys(protocol.Codes())), got); d != "" {
		t.Errorf("-protocol +description\n%s", d)
	}
}

// TestExamplesFitTheirSchemas: every schema's examples, those of parameters and those
// of answers.
func TestExamplesFitTheirSchemas(t *testing.T) {
	t.Parallel()
	schemas := compiler(t)
	found := 0
	doc := parsed(t, protocol.OpenAPI)
	walk(doc, "openapi.yaml#", func(at string, node map[string]any) {
		examples, _ := node["examples"].([]any)
		_, schema := node["type"]
		if schema {
			for _, e := range examples {
				found++
				fits(t, schemas, at, e)
			}
		}
		if _, ok := node["schema"].(map[string]any); !ok {
			return
		}
		if e, ok := node["example"]; ok {
			found++
			fits(t, schemas, at+"/schema", e)
		}
		named, _ := node["examples"].(map[string]any)
		for _, e := range named {
			found++
			fits(t, schemas, at+"/schema", exampleValue(doc, e.(map[string]any)))
		}
	})
	if found < 150 {
		t.Errorf("only %d examples were found", found)
	}
}

// exampleValue is what an example shows, here or where it refers to.
func exampleValue(doc, e map[string]any) any {
	if ref, ok := e["$ref"].(string); ok {
		components, _ := doc["components"].(map[string]any)
		all, _ := components["examples"].(map[string]any)
		e, _ = all[strings.TrimPrefix(ref, "#/components/examples/")].(map[string]any)
	}
	return e["value"]
}

func fits(t *testing.T, c *jsonschema.Compiler, at string, v any) {
	t.Helper()
	s, err := c.Compile(at)
	if err != nil {
		t.Fatal(err)
	}
	if err := s.Validate(jsonOf(t, v)); err != nil {
		t.Errorf("%s: %v", at, err)
	}
}

// TestDescriptionsAreServed: as they are, and as JSON that says the same.
func TestDescriptionsAreServed(t *testing.T) {
	t.Parallel()
	h := newTestServer(t, checker(t), options{})
	if a := h.ask("spec.openapi", nil); string(a.body) != protocol.OpenAPI {
		t.Error("openapi.yaml is another")
	}
	if a := h.ask("spec.asyncapi", nil); string(a.body) != protocol.AsyncAPI {
		t.Error("asyncapi.yaml is another")
	}
	if d := cmp.Diff(jsonOf(t, parsed(t, protocol.OpenAPI)), jsonOf(t, parsed(t, string(h.ask("spec.openapi.json", nil).body)))); d != "" {
		t.Errorf("-yaml +json\n%s", d)
	}
}
