package screen

import (
	"errors"
	"fmt"
	"strings"

	qr "github.com/piglig/go-qr"
)

// MaxQR bounds what a QR code may say, in bytes; protocol tells clients the same. The
// work of making one grows with it.
const MaxQR = 512

// ErrTooLong: the text is longer than MaxQR.
var ErrTooLong = errors.New("screen: text is too long for a QR code")

// quietZone is the light frame that readers need, in squares.
const quietZone = 4

// QR is a QR code as an SVG of one square unit per module, dark on light. It survives
// the loss of a quarter of its area where there is room for that.
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

// dark is how many modules are dark in a row from x on.
func dark(code *qr.QrCode, x, y int) int {
	n := 0
	for code.Module(x+n, y) {
		n++
	}
	return n
}
