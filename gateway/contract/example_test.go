package contract_test

import (
	"bytes"
	"encoding/json"
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"go.yaml.in/yaml/v4"

	"partyline/protocol"
)

// The examples of the description stand between these lines of it.
const (
	examplesBegin = "  # generated: examples of answers, each given by a server in a test. go generate ./gateway/contract\n"
	examplesEnd   = "  # end of examples\n"
)

// noExample are operations whose answer in JSON needs none: it is the description itself.
var noExample = map[string]bool{"spec.openapi.json": true}

// TestExamplesAreAnswers: the example of each operation, in the description and in the
// reference pages, is what a server says to it in the story. With -update it becomes so.
func TestExamplesAreAnswers(t *testing.T) {
	examples := map[string]string{}
	for name, a := range tell(t, checker(t)) {
		examples[name] = settle(a)
	}
	for _, path := range append(referencePages(t), filepath.Join("..", "..", "protocol", "openapi.yaml")) {
		b, err := os.ReadFile(path)
		if err != nil {
			t.Fatal(err)
		}
		want := withExamples(t, path, string(b), examples)
		if want == string(b) {
			continue
		}
		if !*update {
			t.Errorf("%s: an example is not what the server says, go generate ./gateway/contract\n%s", path, firstDifference(string(b), want))
			continue
		}
		if err := os.WriteFile(path, []byte(want), 0o600); err != nil {
			t.Fatal(err)
		}
	}
}

// TestEveryOperationHasItsExample: a new operation needs a step in the story, and a line
// that refers to its example.
func TestEveryOperationHasItsExample(t *testing.T) {
	t.Parallel()
	doc := parsed(t, protocol.OpenAPI)
	shown, _ := doc["components"].(map[string]any)["examples"].(map[string]any)
	used := map[string]bool{}
	walk(doc["paths"], "", func(_ string, node map[string]any) {
		responses, _ := node["responses"].(map[string]any)
		op, _ := node["operationId"].(string)
		for status, r := range responses {
			content, _ := r.(map[string]any)["content"].(map[string]any)
			for media, c := range content {
				if status[0] != '2' {
					continue
				}
				names := examplesOf(t, c.(map[string]any))
				if media == "application/json" && !noExample[op] && !slices.Contains(names, op) {
					t.Errorf("%s refers to no example of its own: it needs a step in the story, and examples: {answer: {$ref: '#/components/examples/%s'}}", op, op)
				}
				for _, name := range names {
					used[name] = true
				}
			}
		}
	})
	for name := range shown {
		if !used[name] {
			t.Errorf("nothing refers to the example %s", name)
		}
	}
}

// examplesOf are the names of the examples that an answer refers to, all of which exist.
func examplesOf(t *testing.T, content map[string]any) (names []string) {
	t.Helper()
	examples, _ := content["examples"].(map[string]any)
	for _, e := range examples {
		ref, _ := e.(map[string]any)["$ref"].(string)
		name, ok := strings.CutPrefix(ref, "#/components/examples/")
		if !ok {
			t.Errorf("an answer has an example that no server gave: %v", e)
			continue
		}
		names = append(names, name)
	}
	return names
}

// referencePages have a section for each operation.
func referencePages(t *testing.T) []string {
	t.Helper()
	found, err := filepath.Glob(filepath.Join(docs, "api", "endpoints", "*.md"))
	if err != nil || len(found) == 0 {
		t.Fatal("no pages", err)
	}
	return found
}

// What is another each time, or too long to be looked at, has one form in all examples.
var (
	tokenText  = regexp.MustCompile(`eyJ[\w-]+\.[\w-]+\.[\w-]+`)
	deviceText = regexp.MustCompile(`"device":"[^"]+"`)
	longText   = regexp.MustCompile(`"(?:[^"\\]|\\.){300,}"`)
)

// settle is an answer as an example shows it: JSON in the order of the server, or a text.
func settle(a answer) string {
	s := tokenText.ReplaceAllString(string(a.body), "eyJhbGciOiJIUzI1NiIsInR5cCI6IkpXVCJ9.e30.c2ln")
	s = deviceText.ReplaceAllString(s, `"device":"PZl1sZ2mQ8gAAAAAAAAAA_yzki38s5Iq1X0mJ5v8cQm3Zr7w2bN4kA"`)
	s = strings.NewReplacer(`\u003c`, "<", `\u003e`, ">", `\u0026`, "&").Replace(s)
	s = longText.ReplaceAllStringFunc(s, func(text string) string { return cut(text) + "…\"" })
	if !strings.HasPrefix(a.header.Get("Content-Type"), "application/json") {
		return s
	}
	var out bytes.Buffer
	if err := json.Indent(&out, []byte(s), "", "  "); err != nil {
		panic(err) // the checker has read it as JSON
	}
	return out.String()
}

// cut is the beginning of a string in JSON, not ended within what is escaped.
func cut(text string) string {
	const most = 100
	n := 1
	for n < most {
		if text[n] == '\\' {
			n++
		}
		n++
	}
	return strings.ToValidUTF8(text[:n], "")
}

// withExamples puts the examples where they belong in a file.
func withExamples(t *testing.T, path, text string, examples map[string]string) string {
	t.Helper()
	if strings.HasSuffix(path, ".yaml") {
		return inDescription(t, text, examples)
	}
	return inPage(t, path, text, examples)
}

// inDescription is the description with its examples.
func inDescription(t *testing.T, text string, examples map[string]string) string {
	t.Helper()
	before, rest, begins := strings.Cut(text, examplesBegin)
	_, after, ends := strings.Cut(rest, examplesEnd)
	if !begins || !ends {
		t.Fatal("the description has no place for examples")
	}
	var b strings.Builder
	b.WriteString("  examples:\n")
	for _, name := range slices.Sorted(maps.Keys(examples)) {
		fmt.Fprintf(&b, "    %s:\n", name)
		for line := range strings.Lines(valueOf(t, examples[name])) {
			b.WriteString("      " + line)
		}
	}
	return before + examplesBegin + b.String() + examplesEnd + after
}

// valueOf is an example as YAML, its fields in order.
func valueOf(t *testing.T, example string) string {
	t.Helper()
	value := &yaml.Node{Kind: yaml.ScalarNode, Tag: "!!str", Value: example}
	if json.Valid([]byte(example)) {
		var doc yaml.Node
		if err := yaml.Unmarshal([]byte(example), &doc); err != nil {
			t.Fatal(err)
		}
		value = doc.Content[0]
		blocks(value)
	}
	var out bytes.Buffer
	e := yaml.NewEncoder(&out)
	e.SetIndent(2)
	key := &yaml.Node{Kind: yaml.ScalarNode, Value: "value"}
	if err := e.Encode(&yaml.Node{Kind: yaml.MappingNode, Content: []*yaml.Node{key, value}}); err != nil {
		t.Fatal(err)
	}
	return out.String()
}

// blocks takes the look of JSON off a value.
func blocks(n *yaml.Node) {
	n.Style = 0
	if len(n.Content) == 0 && n.Kind != yaml.ScalarNode {
		n.Style = yaml.FlowStyle
	}
	for _, c := range n.Content {
		blocks(c)
	}
}

// exampleBlock is the beginning of a block of a page that shows an answer.
var exampleBlock = regexp.MustCompile("^```(json|text) ([a-z_.]+) (2\\d\\d)( [a-z]+)?$")

// inPage is a reference page with its examples. A further example of an operation has its
// name behind the status.
func inPage(t *testing.T, path, text string, examples map[string]string) string {
	t.Helper()
	var b strings.Builder
	inside := false
	for line := range strings.Lines(text) {
		m := exampleBlock.FindStringSubmatch(strings.TrimSuffix(line, "\n"))
		switch {
		case m != nil:
			name := m[2] + strings.Replace(m[4], " ", ".", 1)
			example, ok := examples[name]
			if !ok {
				t.Errorf("%s: the story has no answer for %s", path, name)
			}
			inside = true
			b.WriteString(line + strings.TrimSuffix(example, "\n") + "\n")
		case inside && line != "```\n":
		default:
			inside = false
			b.WriteString(line)
		}
	}
	return b.String()
}

// firstDifference is where two texts begin to differ.
func firstDifference(got, want string) string {
	a, b := strings.Split(got, "\n"), strings.Split(want, "\n")
	for i := range min(len(a), len(b)) {
		if a[i] != b[i] {
			return fmt.Sprintf("line %d is   %s\n  should be %s", i+1, a[i], b[i])
		}
	}
	return "one is longer"
}
