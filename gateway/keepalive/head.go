package keepalive

import (
	"bufio"
	"bytes"
	"maps"
	"net/http"
	"net/textproto"
	"slices"
)

// maxDigits are the most that a length may have: a request has to fit into the reader of
// net/http, which holds 4 KiB.
const maxDigits = 4

// head is the head of a request as its client writes it, in two parts: up to the number of
// the Content-Length, and behind it. Two requests whose heads are the same but for that number
// mean the same, whoever reads them.
type head struct{ before, after []byte }

// found says what stands at the beginning of some bytes.
type found uint8

const (
	foundPart    found = iota // what may become the request with more bytes
	foundRequest              // the request, whole
	foundOther                // something else
)

// request finds the request with this head in what has been read, and its body.
func (h *head) request(read []byte) (body []byte, size int, f found) {
	if len(read) < len(h.before) {
		return nil, 0, partIf(bytes.HasPrefix(h.before, read))
	}
	if !bytes.HasPrefix(read, h.before) {
		return nil, 0, foundOther
	}
	length, digits := number(read[len(h.before):])
	rest := read[len(h.before)+digits:]
	switch {
	case digits == 0 || len(rest) < len(h.after):
		return nil, 0, partIf(len(rest) == 0 || digits > 0 && bytes.HasPrefix(h.after, rest))
	case !bytes.HasPrefix(rest, h.after):
		return nil, 0, foundOther
	case len(rest) < len(h.after)+length:
		return nil, 0, foundPart
	}
	body = rest[len(h.after) : len(h.after)+length]
	return body, len(h.before) + digits + len(h.after) + length, foundRequest
}

func partIf(could bool) found {
	if could {
		return foundPart
	}
	return foundOther
}

// number reads a length of at most maxDigits digits that does not begin with a zero; digits is
// 0 when there is none.
func number(b []byte) (n, digits int) {
	for digits < min(len(b), maxDigits) && '0' <= b[digits] && b[digits] <= '9' && (digits > 0 || b[0] != '0') {
		n = 10*n + int(b[digits]-'0')
		digits++
	}
	return n, digits
}

// learn makes a head of one that has been read and that says what net/http understood of an
// earlier request on the same connection, whatever the length of the body: the same request
// line and the same header. It fails for any other.
func learn(read []byte, r *http.Request) (h head, f found) {
	end := bytes.Index(read, []byte("\r\n\r\n"))
	if end < 0 {
		return head{}, partIf(bytes.Count(read, []byte("\n")) == bytes.Count(read, []byte("\r\n"))) // net/http ends a head by bare line feeds, too
	}
	raw := read[:end+4]
	if !plainLines(raw) {
		return head{}, foundOther
	}
	line, fields, _ := bytes.Cut(raw, []byte("\r\n"))
	if string(line) != r.Method+" "+r.RequestURI+" HTTP/1.1" || !sameHeader(fields, r) {
		return head{}, foundOther
	}
	at, digits := lengthIn(raw)
	if digits == 0 {
		return head{}, foundOther
	}
	return head{before: bytes.Clone(raw[:at]), after: bytes.Clone(raw[at+digits:])}, foundRequest
}

// sameHeader says whether the fields are those of the request, with a length.
func sameHeader(fields []byte, r *http.Request) bool {
	got, err := textproto.NewReader(bufio.NewReader(bytes.NewReader(fields))).ReadMIMEHeader()
	if err != nil || !slices.Equal(got["Host"], []string{r.Host}) || len(got["Content-Length"]) != 1 {
		return false
	}
	delete(got, "Host") // net/http has it elsewhere
	want := maps.Clone(r.Header)
	want["Content-Length"] = got["Content-Length"]
	return maps.EqualFunc(want, http.Header(got), slices.Equal[[]string])
}

// plainLines says whether a head is made of lines of one kind: of printable ASCII, each ends with
// a carriage return and a line feed, which stand nowhere else, and none continues the one before.
// Readers differ about others: for net/http a head ends with two bare line feeds too.
func plainLines(raw []byte) bool {
	ends := bytes.Count(raw, []byte("\r\n"))
	return bytes.Count(raw, []byte("\n")) == ends && bytes.Count(raw, []byte("\r")) == ends &&
		!bytes.Contains(raw, []byte("\n ")) && !slices.ContainsFunc(raw, unprintable)
}

func unprintable(b byte) bool { return b != '\r' && b != '\n' && (b < ' ' || b > '~') }

// lengthIn is where the number of the only Content-Length begins, and how many digits it has: 0
// when there is anything else in that line.
func lengthIn(raw []byte) (at, digits int) {
	const name = "Content-Length:"
	for from := 0; from < len(raw); {
		line := raw[from : from+bytes.IndexByte(raw[from:], '\n')+1] // the last line has an end, too
		if len(line) > len(name) && bytes.EqualFold(line[:len(name)], []byte(name)) {
			value := bytes.TrimLeft(line[len(name):], " ")
			_, digits = number(value)
			if string(value[digits:]) != "\r\n" {
				digits = 0
			}
			return from + len(line) - len(value), digits
		}
		from += len(line)
	}
	return 0, 0
}
