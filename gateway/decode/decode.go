package decode

import (
	"bytes"
	"encoding/json"
	"errors"
	"unicode/utf8"

	"partyline/protocol"
)

// Object fills v, a pointer to a struct, from one JSON object. Nothing at all and null
// count as {}. Unknown fields are ignored; of a field given twice the last one wins. What
// does not fit is refused with an error that names the field.
func Object(raw []byte, v any) *protocol.Error {
	raw = bytes.TrimSpace(raw)
	if len(raw) == 0 || string(raw) == "null" {
		return nil
	}
	if err := checkJSON(raw); err != nil {
		return err
	}
	err := json.Unmarshal(raw, v)
	if err == nil {
		return nil
	}
	var syntax *json.SyntaxError
	if errors.As(err, &syntax) {
		return Malformed("Malformed JSON at byte %d", syntax.Offset)
	}
	return fieldError(raw, v, err)
}

// checkJSON refuses what encoding/json would accept: bytes that are not UTF-8, which it
// replaces, and nesting so deep that it costs more than it can mean.
func checkJSON(raw []byte) *protocol.Error {
	switch {
	case raw[0] != '{':
		return Malformed("Expected a JSON object")
	case !utf8.Valid(raw):
		return Malformed("JSON must be valid UTF-8")
	case Depth(raw) > protocol.MaxJSONDepth:
		return Malformed("JSON must not be nested deeper than %d levels", protocol.MaxJSONDepth)
	}
	return nil
}

// Depth is the deepest nesting of braces and brackets outside of strings.
func Depth(raw []byte) int {
	deepest, level, quoted := 0, 0, false
	for i := 0; i < len(raw); i++ {
		switch c := raw[i]; {
		case quoted && c == '\\':
			i++
		case c == '"':
			quoted = !quoted
		case quoted:
		case c == '{' || c == '[':
			level++
			deepest = max(deepest, level)
		case c == '}' || c == ']':
			level--
		}
	}
	return deepest
}

func Malformed(format string, args ...any) *protocol.Error {
	return protocol.Errorf(protocol.CodeMalformed, format, args...)
}
