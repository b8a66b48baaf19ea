package screen

import (
	"errors"
	"image"
	"image/color"
	"regexp"
	"strconv"
	"strings"
	"testing"

	qr "github.com/piglig/go-qr"
)

// TestQRSaysWhatItShould draws the SVG's paths and reads the picture.
func TestQRSaysWhatItShould(t *testing.T) {
	for _, text := range []string{"http://192.168.1.20:5000/vote/QRX7F2", "https://party.example/night/vote/23456C", strings.Repeat("x", MaxQR)} {
		svg, err := QR(text)
		if err != nil {
			t.Fatal(err)
		}
		got, err := qr.Decode(drawn(t, string(svg)))
		if err != nil || got != text {
			t.Errorf("%q is read as %q, %v", text, got, err)
		}
	}
}

func TestQRIsBounded(t *testing.T) {
	if _, err := QR(strings.Repeat("x", MaxQR+1)); !errors.Is(err, ErrTooLong) {
		t.Error(err)
	}
}

var run = regexp.MustCompile(`M(\d+) (\d+)h(\d+)v1h-(\d+)z`)

// drawn is the picture, some pixels to a square.
func drawn(t *testing.T, svg string) image.Image {
	t.Helper()
	const pixels = 4
	side := number(t, regexp.MustCompile(`viewBox="0 0 (\d+) `).FindStringSubmatch(svg)[1])
	m := image.NewGray(image.Rect(0, 0, side*pixels, side*pixels))
	for i := range m.Pix {
		m.Pix[i] = 255
	}
	for _, r := range run.FindAllStringSubmatch(svg, -1) {
		x, y, n := number(t, r[1]), number(t, r[2]), number(t, r[3])
		if r[3] != r[4] {
			t.Fatalf("%s is no rectangle", r[0])
		}
		for py := y * pixels; py < (y+1)*pixels; py++ {
			for px := x * pixels; px < (x+n)*pixels; px++ {
				m.SetGray(px, py, color.Gray{})
			}
		}
	}
	return m
}

func number(t *testing.T, s string) int {
	t.Helper()
	n, err := strconv.Atoi(s)
	if err != nil {
		t.Fatal(err)
	}
	return n
}
