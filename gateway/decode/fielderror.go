package decode

import (
	"encoding/json"
	"errors"
	"fmt"
	"reflect"
	"strconv"
	"strings"

	"partyline/protocol"
)

// fieldError says which field is the reason why an object was refused. It decodes the
// object once more, field by field, so only clients that err pay for it.
// UnmarshalTypeError.Field would do for plain types; it lacks the index within a list,
// and errors of types that decode themselves, such as timestamps, have no field at all.
func fieldError(raw []byte, v any, whole error) *protocol.Error {
	path, err := findBadField(raw, reflect.TypeOf(v).Elem())
	if err == nil {
		path, err = "body", whole
	}
	if _, vote := v.(*protocol.CastVote); vote && errors.Is(err, protocol.ErrTimestamp) {
		return errVoteTime()
	}
	var wrong *json.UnmarshalTypeError
	if errors.As(err, &wrong) && wrong.Type == webhookID && !quotesNumber(raw, path) {
		return invalidID(webhookID, path)
	}
	return protocol.Invalid("%s %s", path, expectation(err))
}

// quotesNumber says that the member of that name is a number in quotes: the thing may be
// there, so it must not be called missing.
func quotesNumber(raw []byte, name string) bool {
	var members map[string]any
	_ = json.Unmarshal(raw, &members) // it did before
	text, _ := members[name].(string)
	n, err := strconv.ParseInt(text, 10, 64)
	return err == nil && n > 0
}

// errVoteTime is for the timestamp of a single vote, in the words of the reference API,
// which its clients compare.
func errVoteTime() *protocol.Error {
	return protocol.Invalid("Invalid timestamp format. Use ISO 8601 format (e.g., 2025-11-01T20:30:00Z)")
}

// findBadField finds the first value within raw that does not decode into its place in t.
func findBadField(raw []byte, t reflect.Type) (path string, err error) {
	switch kind := t.Kind(); {
	case kind == reflect.Pointer:
		return findBadField(raw, t.Elem())
	case reflect.PointerTo(t).Implements(reflect.TypeFor[json.Unmarshaler]()):
	case kind == reflect.Struct:
		var members map[string]json.RawMessage
		if json.Unmarshal(raw, &members) == nil {
			return findBadMember(members, t)
		}
	case kind == reflect.Slice:
		var elements []json.RawMessage
		if json.Unmarshal(raw, &elements) == nil {
			return findBadElement(elements, t.Elem())
		}
	}
	return "", json.Unmarshal(raw, reflect.New(t).Interface())
}

func findBadMember(members map[string]json.RawMessage, t reflect.Type) (string, error) {
	for _, f := range reflect.VisibleFields(t) {
		name := fieldName(f)
		if name == "" {
			continue
		}
		for key, raw := range members {
			if !strings.EqualFold(key, name) || json.Unmarshal(raw, reflect.New(f.Type).Interface()) == nil {
				continue
			}
			below, err := findBadField(raw, f.Type)
			return joinPath(name, below), err
		}
	}
	return "", nil
}

func findBadElement(elements []json.RawMessage, t reflect.Type) (string, error) {
	for i, raw := range elements {
		if json.Unmarshal(raw, reflect.New(t).Interface()) == nil {
			continue
		}
		below, err := findBadField(raw, t)
		return joinPath(fmt.Sprintf("[%d]", i), below), err
	}
	return "", nil
}

// expectation is what the value should have been.
func expectation(err error) string {
	var wrong *json.UnmarshalTypeError
	if !errors.As(err, &wrong) {
		return customExpectation(err)
	}
	switch wrong.Type.Kind() {
	case reflect.String:
		return "must be a string"
	case reflect.Bool:
		return "must be true or false"
	case reflect.Slice:
		return "must be a list"
	case reflect.Struct, reflect.Map:
		return "must be an object"
	default:
		if strings.HasPrefix(wrong.Value, "number ") {
			return "must be a whole number within its range"
		}
		return "must be a number"
	}
}

// customExpectation phrases the error of a type that decodes itself.
func customExpectation(err error) string {
	if text := err.Error(); strings.HasPrefix(text, "must ") {
		return text
	}
	return "is " + err.Error()
}

func joinPath(name, below string) string {
	if below == "" || below[0] == '[' {
		return name + below
	}
	return name + "." + below
}

// fieldName is the field's name in JSON, empty when it has none.
func fieldName(f reflect.StructField) string {
	name, _, _ := strings.Cut(f.Tag.Get("json"), ",")
	if name == "-" || !f.IsExported() {
		return ""
	}
	return name
}
