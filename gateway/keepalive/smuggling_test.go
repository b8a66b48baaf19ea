package keepalive_test

import (
	"bufio"
	"fmt"
	"io"
	"net/http"
	"strings"
	"testing"
)

// ambiguousHeads are heads that net/http reads otherwise than one who looks for the next line
// break, for the name Content-Length in lower case, or for its number alone would.
var ambiguousHeads = map[string]string{
	"letters that are shorter in lower case": "POST /vote HTTP/1.1\r\nHost: x\r\nX: " + strings.Repeat("\u212a", 9) + "5\r\nContent-Length: %d\r\n\r\n%s",
	"bytes that are longer in lower case": "POST /vote HTTP/1.1\r\nHost: x\r\nX: \xff\xff\xff\xff\r\nContent-Length: %d\r\n" +
		"Y: 5\r\n\r\n%s",
	"an end by bare line feeds":                   "POST /vote HTTP/1.1\r\nHost: x\r\nContent-Length: %d\r\nX: 1\n\n%s",
	"an end by a line end and a bare line feed":   "POST /vote HTTP/1.1\r\nHost: x\r\nContent-Length: %d\r\nX: 1\r\n\n%s",
	"bare line feeds between fields":              "POST /vote HTTP/1.1\r\nHost: x\nContent-Length: %d\nX: 1\r\n\r\n%s",
	"a length that goes on in the next line":      "POST /vote HTTP/1.1\r\nHost: x\r\nContent-Length: %d\r\n 0\r\nX: 1\r\n\r\n%s",
	"a length with a bare carriage return behind": "POST /vote HTTP/1.1\r\nHost: x\r\nContent-Length: %d\r\r\nX: 1\r\n\r\n%s",
	"a length in a folded line":                   "POST /vote HTTP/1.1\r\nHost: x\r\nX: 1\r\n content-length: 3\r\nContent-Length: %d\r\n\r\n%s",
}

// TestNothingIsSmuggledBehindAnAmbiguousHead: a body that holds a request of its own stays a
// body, and a request that follows stays a request, as with net/http alone.
func TestNothingIsSmuggledBehindAnAmbiguousHead(t *testing.T) {
	_, kept := newServer(t, true)
	_, plain := newServer(t, false)
	const follows = "GET /other HTTP/1.1\r\nHost: x\r\n\r\n"
	for _, hidden := range []string{"POST /other HTTP/1.1\r\nHost: x\r\nContent-Length: 1\r\n\r\nz", follows + "1"} {
		for name, head := range ambiguousHeads {
			t.Run(name, func(t *testing.T) {
				// What stands in front is the same request, or one without what is ambiguous, so
				// that a connection is taken over in front of a head that net/http refuses, too.
				for _, first := range []string{head, "POST /vote HTTP/1.1\r\nHost: x\r\nContent-Length: %d\r\nX: 1\r\n\r\n%s"} {
					pieces := []string{fmt.Sprintf(first, 4, "vote"), fmt.Sprintf(first, 4, "vote"),
						fmt.Sprintf(head, 5+len(hidden), "vote:"+hidden) + strings.Repeat(follows, 3)}
					joined := make([]bool, len(pieces))
					if got, want := exchange(t, kept, pieces, joined), exchange(t, plain, pieces, joined); got != want {
						t.Errorf("%q:\nwith connections taken over\n%s\nwithout\n%s", pieces[2], got, want)
					}
				}
			})
		}
	}
}

// TestHeadsThatEndOtherwiseAreAnsweredAtOnce: nobody waits for a line end that does not come.
func TestHeadsThatEndOtherwiseAreAnsweredAtOnce(t *testing.T) {
	_, addr := newServer(t, true)
	for _, end := range []string{"\n\n", "\r\n\n", "\n\r\n"} {
		conn := dial(t, addr)
		in := bufio.NewReader(conn)
		cast(t, conn, in, "a", "b")
		_, _ = io.WriteString(conn, "POST /vote HTTP/1.1\r\nHost: x\r\nContent-Length: 1\r\nAuthorization: Bearer 1"+end+"c")
		if res, err := http.ReadResponse(in, nil); err != nil || res.StatusCode != http.StatusAccepted {
			t.Errorf("%q: %v %v", end, res, err)
		}
	}
}
