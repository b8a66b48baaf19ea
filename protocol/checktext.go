package protocol

import (
	"net/url"
	"strings"
	"unicode"
	"unicode/utf8"
)

// checkLine bounds a name or a title in runes and refuses invalid UTF-8, line breaks and
// other control characters. Names appear within lines of chats, reports and logs and must
// not begin new lines there.
func checkLine(field, s string, least, most int) *Error {
	if err := checkLength(field, s, least, most); err != nil {
		return err
	}
	for _, r := range s {
		if unicode.IsControl(r) || r == '\u2028' || r == '\u2029' {
			return Invalid("%s must not contain line breaks or other control characters", field)
		}
	}
	return nil
}

// checkText is checkLine for a text that may have several lines.
func checkText(field, s string, least, most int) *Error {
	if err := checkLength(field, s, least, most); err != nil {
		return err
	}
	for _, r := range s {
		if unicode.IsControl(r) && r != '\n' && r != '\t' && r != '\r' {
			return Invalid("%s must not contain control characters", field)
		}
	}
	return nil
}

func checkOptionalText(field string, s *string, most int) *Error {
	if s == nil {
		return nil
	}
	return checkText(field, *s, 0, most)
}

func checkLength(field, s string, least, most int) *Error {
	if !utf8.ValidString(s) {
		return Invalid("%s must be valid UTF-8", field)
	}
	if n := utf8.RuneCountInString(s); n > most || len(strings.TrimSpace(s)) < least {
		return Invalid("%s must be %d to %d characters", field, least, most)
	}
	return nil
}

// CheckURL accepts an absolute http or https URL with a host and without userinfo.
func CheckURL(s string) *Error {
	u, err := url.Parse(s)
	if err != nil || (u.Scheme != "http" && u.Scheme != "https") || u.Hostname() == "" || u.User != nil {
		return Invalid("Invalid URL format")
	}
	return nil
}

func isEmpty(s *string) bool { return s == nil || *s == "" }

func checkOptional[T any](v *T, check func(T) *Error) *Error {
	if v == nil {
		return nil
	}
	return check(*v)
}

// firstError returns the first error that is not nil.
func firstError(errs ...*Error) *Error {
	for _, err := range errs {
		if err != nil {
			return err
		}
	}
	return nil
}
