package decode

import (
	"bytes"
	"encoding"
	"encoding/json"
	"reflect"
	"slices"
	"strconv"
	"strings"
	"unicode/utf8"

	"partyline/protocol"
)

// Params knows the fields of a struct by their JSON names, so that text from a path or a
// query string can be put into them. It is made once per operation.
type Params map[string][]int

func ParamsOf[T any]() Params {
	s := Params{}
	for _, f := range reflect.VisibleFields(reflect.TypeFor[T]()) {
		if name := fieldName(f); name != "" {
			s[name] = f.Index
		}
	}
	return s
}

// set reads text into the field of that name of v, a pointer to the struct. A name
// that is not a field is ignored.
func (s Params) Set(v any, name, text string) *protocol.Error {
	index, ok := s[name]
	if !ok {
		return nil
	}
	f := reflect.ValueOf(v).Elem().FieldByIndex(index)
	if f.Kind() == reflect.Pointer {
		f.Set(reflect.New(f.Type().Elem()))
		f = f.Elem()
	}
	if own, ok := f.Addr().Interface().(encoding.TextUnmarshaler); ok {
		return setOwn(own, name, text)
	}
	switch f.Kind() {
	case reflect.Bool:
		return setBool(f, name, text)
	case reflect.String:
		return setString(f, name, text)
	default:
		return setInt(f, name, text)
	}
}

// Require refuses a field of that name that is not set: an id must be positive, a text
// not empty.
func (s Params) Require(v any, name string) *protocol.Error {
	f := reflect.ValueOf(v).Elem().FieldByIndex(s[name])
	if f.Kind() == reflect.String && f.Len() == 0 {
		return protocol.Invalid("%s is required", name)
	}
	switch {
	case !f.CanInt() || f.Int() > 0:
		return nil
	case f.Int() == 0:
		return NotPositive(name)
	}
	return invalidID(f.Type(), name)
}

// setOwn sets a field of a type that reads text itself.
func setOwn(f encoding.TextUnmarshaler, name, text string) *protocol.Error {
	if err := f.UnmarshalText([]byte(text)); err != nil {
		return protocol.Invalid("%s %s", name, customExpectation(err))
	}
	return nil
}

func setBool(f reflect.Value, name, text string) *protocol.Error {
	if text != "true" && text != "false" {
		return protocol.Invalid("%s must be true or false", name)
	}
	f.SetBool(text == "true")
	return nil
}

func setString(f reflect.Value, name, text string) *protocol.Error {
	if !utf8.ValidString(text) {
		return protocol.Invalid("%s must be valid UTF-8", name)
	}
	f.SetString(text)
	return nil
}

func setInt(f reflect.Value, name, text string) *protocol.Error {
	n, err := strconv.ParseInt(text, 10, 64)
	if err != nil || n <= 0 {
		return invalidID(f.Type(), name)
	}
	f.SetInt(n)
	return nil
}

// invalidID refuses what is no id of that type. A webhook's is not_found, as in the
// reference API.
func invalidID(t reflect.Type, name string) *protocol.Error {
	if t == webhookID {
		return protocol.NotFound("Webhook")
	}
	return NotPositive(name)
}

var webhookID = reflect.TypeFor[protocol.WebhookID]()

func NotPositive(name string) *protocol.Error {
	return protocol.Invalid("%s must be a positive integer", name)
}

// WithoutFields removes the members of those names from an object, because the path has
// them. What is left stays in its order: of a field given twice the last one wins. What
// is no object is left for Object to refuse.
func WithoutFields(raw []byte, names []string) []byte {
	raw = bytes.TrimSpace(raw)
	if len(names) == 0 || len(raw) == 0 || checkJSON(raw) != nil || !json.Valid(raw) {
		return raw
	}
	d := json.NewDecoder(bytes.NewReader(raw))
	_, _ = d.Token() // the brace; what is valid has no errors
	rest := []byte{'{'}
	for d.More() {
		var value json.RawMessage
		key, _ := d.Token()
		name, _ := key.(string)
		_ = d.Decode(&value)
		if slices.ContainsFunc(names, func(n string) bool { return strings.EqualFold(n, name) }) {
			continue
		}
		if len(rest) > 1 {
			rest = append(rest, ',')
		}
		rest = append(append(protocol.AppendString(rest, name), ':'), value...)
	}
	return append(rest, '}')
}
