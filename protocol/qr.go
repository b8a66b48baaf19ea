package protocol

// MaxQRText bounds the text of a QR code in bytes: more makes squares that no phone reads
// from across a room.
const MaxQRText = 512

// MakeQR is the body of qr.make: the text of a QR code. The link of a screen contains a
// token, which must not be in a requested URL, where logs would keep it; so this is no GET.
type MakeQR struct {
	Text string `json:"text"` // 1 to MaxQR bytes
}

// Check validates the length.
func (q MakeQR) Check() *Error {
	if q.Text == "" {
		return Invalid("text is required")
	}
	if len(q.Text) > MaxQRText {
		return Invalid("text must be at most %d bytes", MaxQRText)
	}
	return nil
}

// QRCode is the answer of qr.make: a picture as SVG.
type QRCode struct {
	SVG string `json:"svg"`
}
