package gateway

import (
	"encoding/json"
	"errors"
	"fmt"
	"reflect"
	"strconv"
	"strings"

	"partyline/protocol"
)

// blame says which field of an object that was refused as a whole is to blame. It
// decodes the object once more, field by field, so it is paid only by those who err.
func blame(raw []byte, v any, whole error) *protocol.Error {
	path, err := guilty(raw, reflect.TypeOf(v).Elem())
	if err == nil {
		path, err = "body", whole
	}
	if _, vote := v.(*protocol.CastVote); vote && errors.Is(err, protocol.ErrTimestamp) {
		return errVoteTime()
	}
	var wrong *json.UnmarshalTypeError
	if errors.As(err, &wrong) && wrong.Type == webhookID && !quotesNumber(raw, path) {
		return noID(webhookID, path)
	}
	return protocol.Invalid("%s %s", path, complaint(err))
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

// guilty finds the first value within raw that does not decode into its place in t.
func guilty(raw []byte, t reflect.Type) (path string, err error) {
	switch kind := t.Kind(); {
	case kind == reflect.Pointer:
		return guilty(raw, t.Elem())
	case reflect.PointerTo(t).Implements(reflect.TypeFor[json.Unmarshaler]()):
	case kind == reflect.Struct:
		var members map[string]json.RawMessage
		if json.Unmarshal(raw, &members) == nil {
			return guiltyField(members, t)
		}
	case kind == reflect.Slice:
		var elements []json.RawMessage
		if json.Unmarshal(raw, &elements) == nil {
			return guiltyElement(elements, t.Elem())
		}
	}
	return "", json.Unmarshal(raw, reflect.New(t).Interface())
}

func guiltyField(members map[string]json.RawMessage, t reflect.Type) (string, error) {
	for _, f := range reflect.VisibleFields(t) {
		name := fieldName(f)
		if name == "" {
			continue
		}
		for key, raw := range members {
			if !strings.EqualFold(key, name) || json.Unmarshal(raw, reflect.New(f.Type).Interface()) == nil {
				continue
			}
			below, err := guilty(raw, f.Type)
			return join(name, below), err
		}
	}
	return "", nil
}

func guiltyElement(elements []json.RawMessage, t reflect.Type) (string, error) {
	for i, raw := range elements {
		if json.Unmarshal(raw, reflect.New(t).Interface()) == nil {
			continue
		}
		below, err := guilty(raw, t)
		return join(fmt.Sprintf("[%d]", i), below), err
	}
	return "", nil
}

// complaint is what the value should have been.
func complaint(err error) string {
	var wrong *json.UnmarshalTypeError
	if !errors.As(err, &wrong) {
		return wanted(err)
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

// wanted phrases the error of a type that decodes itself.
func wanted(err error) string {
	if text := err.Error(); strings.HasPrefix(text, "must ") {
		return text
	}
	return "is " + err.Error()
}

func join(name, below string) string {
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
