package api

import (
	"context"

	"partyline/gateway/screen"
	"partyline/protocol"
)

// drawQR is qr.make: the host shows a screen's link to a television's camera, or a phone.
func drawQR(_ context.Context, q protocol.MakeQR) (protocol.QRCode, error) {
	svg, err := screen.QR(q.Text)
	return protocol.QRCode{SVG: string(svg)}, err
}
