package screen

import (
	"errors"
	"fmt"
	"strings"

	qr "github.com/piglig/go-qr"
)

// MaxQR is the maximum length of the text of a QR code in bytes, also documented in the
// API. The cost of creating a QR code grows with it.
const MaxQR = 512

// ErrTooLong is returned for a text longer than MaxQR.
var ErrTooLong = errors.New("screen: text is too long for a QR code")

// quietZone is the margin that QR readers need, in modules.
const quietZone = 4

// QR returns a QR code as SVG, one unit per module, dark on light, with error correction
// for up to a quarter of its area if the size allows it.
func QR(text string) ([]byte, error) {
	if len(text) > MaxQR {
		return nil, ErrTooLong
	}
	code, err := qr.EncodeText(text, qr.Medium)
	if err != nil {
		return nil, fmt.Errorf("screen: qr: %w", err)
	}
	side := code.Size() + 2*quietZone
	var b strings.Builder
	fmt.Fprintf(&b, `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 %d %d" shape-rendering="crispEdges">`+
		`<path fill="#fff" d="M0 0h%dv%dH0z"/><path fill="#000" d="`, side, side, side, side)
	for y := range code.Size() {
		for x := 0; x < code.Size(); x++ {
			run := dark(code, x, y)
			if run > 0 {
				fmt.Fprintf(&b, "M%d %dh%dv1h-%dz", x+quietZone, y+quietZone, run, run)
				x += run
			}
		}
	}
	b.WriteString(`"/></svg>`)
	return []byte(b.String()), nil
}

// dark returns the number of consecutive dark modules from x.
func dark(code *qr.QrCode, x, y int) int {
	n := 0
	for code.Module(x+n, y) {
		n++
	}
	return n
}
