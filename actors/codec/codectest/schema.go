package codectest

import (
	"encoding"
	"encoding/json"
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"reflect"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"partyline/actors/codec"
)

var update = flag.Bool("update", false, "write the lists of the present schema anew")

// Form is how a state is stored, for the list of its schema.
type Form struct {
	// State is the name of its package, and of the list.
	Name string
	// Version is that of its snapshots.
	Version uint32
	// Image is a value of the struct that its snapshots hold as JSON, nil without one.
	Image any
}

// Schema compares the form, and the kinds of facts, with the list of the present schema. The
// facts must be one of each kind at least; nil for a state without facts of its own.
func (f Facts[F]) Schema(t *testing.T, form Form, facts ...F) {
	t.Helper()
	var b strings.Builder
	for kind := range 256 {
		if line, ok := f.kind(t, byte(kind), facts); ok {
			b.WriteString(line)
		}
	}
	fmt.Fprintf(&b, "snapshot version %d\n", form.Version)
	if form.Image != nil {
		describe(&b, reflect.TypeOf(form.Image), "  ")
	}
	form.compare(t, b.String())
}

// kind lists one kind of fact. A kind that can be read must be among the facts.
func (f Facts[F]) kind(t *testing.T, kind byte, facts []F) (lines string, ok bool) {
	if f.Read == nil {
		return "", false
	}
	for _, fact := range facts {
		if f.Append(nil, fact)[0] == kind {
			var b strings.Builder
			typ := reflect.TypeOf(fact).Elem()
			fmt.Fprintf(&b, "fact %d %s\n", kind, typ.Name())
			describe(&b, typ, "  ")
			return b.String(), true
		}
	}
	if _, err := f.Read([]byte{kind}); err == nil || !strings.Contains(err.Error(), "newer version") {
		t.Errorf("facts of kind %d can be read, and are not among those given: %v", kind, err)
	}
	return "", false
}

func (form Form) compare(t *testing.T, got string) {
	t.Helper()
	name := filepath.Join("..", "..", "codec", "schema", fmt.Sprint(codec.Schema), form.Name+".txt")
	if *update && codec.Schema > codec.Released {
		if err := os.MkdirAll(filepath.Dir(name), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(name, []byte(got), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(name)
	if err != nil {
		t.Fatal(err)
	}
	diff := cmp.Diff(string(want), got)
	switch {
	case diff == "":
	case codec.Schema > codec.Released:
		t.Errorf("what %s stores is not what its list says; schema %d is not released, so write the list anew: go test ./actors/%[1]s -run Schema -update\n%[3]s", form.Name, codec.Schema, diff)
	default:
		t.Errorf("what %s stores has changed since schema %d was released: an older Partyline would take it for damage. Raise codec.Schema, then write its list: go test ./actors/%[1]s -run Schema -update\n%[3]s", form.Name, codec.Schema, diff)
	}
}

// describe lists the stored fields of a struct, name and type, and below them the fields of
// the structs inside.
func describe(b *strings.Builder, t reflect.Type, indent string) {
	for i := range t.NumField() {
		f := t.Field(i)
		name := f.Name
		if tag, ok := f.Tag.Lookup("json"); ok {
			name = tag
		}
		fmt.Fprintf(b, "%s%s %s\n", indent, name, f.Type)
		if inner := within(f.Type); inner != nil {
			describe(b, inner, indent+"  ")
		}
	}
}

// within is the struct that a field holds, lists or points to; nil for anything else and for
// types with a text form of their own.
func within(t reflect.Type) reflect.Type {
	for {
		for _, own := range []reflect.Type{reflect.TypeFor[json.Marshaler](), reflect.TypeFor[encoding.TextMarshaler]()} {
			if t.Implements(own) {
				return nil
			}
		}
		switch t.Kind() {
		case reflect.Struct:
			return t
		case reflect.Pointer, reflect.Slice, reflect.Array, reflect.Map:
			t = t.Elem()
		default:
			return nil
		}
	}
}
