package gateway

import (
	"regexp"
	"strings"

	"github.com/rs/zerolog"
)

// serverLog takes what net/http has to say. Clients' addresses are nobody's business; and
// a handshake that failed is a scanner's or a browser's that does not know the
// certificate, as often as somebody wants.
type serverLog struct{ log zerolog.Logger }

// hostPort is an address as net/http writes it, with its port.
var hostPort = regexp.MustCompile(`(\[[0-9a-fA-F:.]+(%[^\]]*)?\]|\d+\.\d+\.\d+\.\d+):\d+`)

func (l serverLog) Write(line []byte) (int, error) {
	level := zerolog.WarnLevel
	if strings.HasPrefix(string(line), "http: TLS handshake error") {
		level = zerolog.DebugLevel
	}
	l.log.WithLevel(level).Msg(hostPort.ReplaceAllString(strings.TrimSpace(string(line)), "(address)"))
	return len(line), nil
}
